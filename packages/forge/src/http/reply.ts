/** What a route answers: a JSON value, or bytes as they are. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

export function plainText(status: number, text: string): Reply {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: Buffer.from(`${text}\n`),
  };
}

export function noContent(): Reply {
  return { status: 204, headers: {}, body: Buffer.alloc(0) };
}

export interface ValidationDetail {
  readonly resource: string;
  readonly field?: string;
  readonly code: string;
  readonly message?: string;
  readonly value?: unknown;
}

/** An error that the client of the API sees, in GitHub's form. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError';
  readonly status: number;
  readonly errors: readonly ValidationDetail[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: {
      readonly errors?: readonly ValidationDetail[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

export const notFound = (): GitHubError => new GitHubError(404, 'Not Found');
export const forbidden = (message: string): GitHubError => new GitHubError(403, message);
export const needsLogin = (): GitHubError => new GitHubError(401, 'Requires authentication');
export const unprocessable = (message: string): GitHubError => new GitHubError(422, message);

/** GitHub's "Validation Failed", with what was wrong. */
export const invalid = (...errors: ValidationDetail[]): GitHubError =>
  new GitHubError(422, 'Validation Failed', { errors });

export function errorReply(error: GitHubError): Reply {
  const value = {
    message: error.message,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(error.status),
  };
  return json(error.status, value, error.headers);
}

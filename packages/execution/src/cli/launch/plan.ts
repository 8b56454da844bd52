/** What the launcher is told. It stands in a file that the tool may read: there is no secret in it. */
export interface LaunchPlan {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Written below HOME. */
  readonly homeFiles: Readonly<Record<string, string>>;
  /** Written to its input. */
  readonly input: string;
  /** Stands in all of the above for the port on which the model API is reached. */
  readonly portMark: string;
}

/** In the folder of the launcher. */
export const planName = 'plan.json';
export const socketName = 'api.sock';
export const promptName = 'prompt.txt';

/** What the launcher is told. It stands in a file that the tool may read: there is no secret in it. */
export interface LaunchPlan {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Written below HOME. */
  readonly homeFiles: Readonly<Record<string, string>>;
  /** Written to its input. */
  readonly input: string;
  /** Ports on the sandbox's own loopback; the mark of each stands for it in the above, the input excepted. */
  readonly ports: readonly LaunchPort[];
}

export interface LaunchPort {
  readonly mark: string;
  /** Name of the socket in the folder that it leads to. */
  readonly socket: string;
}

/** Of the model API, and of the hosts that the policy names. */
export const apiPort: LaunchPort = { mark: '{bzzz-port}', socket: 'api.sock' };
export const outPort: LaunchPort = { mark: '{bzzz-out-port}', socket: 'out.sock' };

/** In the folder of the launcher. */
export const planName = 'plan.json';
export const promptName = 'prompt.txt';

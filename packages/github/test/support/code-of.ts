import { BzzzError } from '@bzzz/protocol';

/** The coded error with which a call ends. Fails the test when there is none. */
export async function failureOf(call: Promise<unknown>): Promise<BzzzError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof BzzzError) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}

export async function codeOf(call: Promise<unknown>): Promise<string> {
  return (await failureOf(call)).code;
}

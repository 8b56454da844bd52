/** A call of a tool that was wrong or may not be: told to the model, never thrown further. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

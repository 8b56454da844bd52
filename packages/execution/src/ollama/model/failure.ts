/**
 * Why a model gave no answer. It travels through the official client, and ends in a report: no caller
 * of the executor ever sees it.
 */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure';
  /**
   * What may help: to ask the same model once more, to ask the next one, or nothing, since what was
   * asked was wrong.
   */
  readonly remedy: 'again' | 'next' | 'none';

  constructor(remedy: ModelFailure['remedy'], reason: string, options?: { cause?: unknown }) {
    super(reason, options);
    this.remedy = remedy;
  }
}

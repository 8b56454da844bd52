/** Anybody may connect, so everything that a stranger could make grow ends here. */
export const webhookLimits = {
  /**
   * The largest delivery that is of use is an edited comment: three texts of 65,536 characters, each up
   * to six bytes in JSON. GitHub sends up to 25 MB; what is over this is found by the next poll.
   */
  bodyBytesMax: 2 * 1024 * 1024,
  /** Times `bodyBytesMax` is what strangers can make us hold in memory. */
  connectionsMax: 32,
  /** GitHub gives a delivery up after 10 s. */
  requestMs: 10_000,
  /** 720 looks an hour at a repository, of the 5,000 requests that GitHub gives an account. */
  pauseMs: 5_000,
} as const;

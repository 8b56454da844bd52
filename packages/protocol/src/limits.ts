/** Every bound on what a peer accepts, in one place. A test sends one over each. */
export const limits = {
  /** One gossip envelope on the wire; gossipsub itself drops above 4 MiB without an error. */
  envelopeBytesMax: 256 * 1024,
  /** Messages packed in one envelope. */
  envelopeMessagesMax: 256,
  /** One gossiped message. */
  gossipMessageBytesMax: 16 * 1024,
  /** One request or response on a stream. */
  streamMessageBytesMax: 64 * 1024,
  /** One journal entry. */
  journalEntryBytesMax: 64 * 1024,
  /** Entries packed in one block of the journal. */
  journalBlockEntriesMax: 512,
  /** One block of the journal. */
  journalBlockBytesMax: 1024 * 1024,
  /** A commit on a lock branch; ours are under 1.5 KiB. */
  lockCommitBytesMax: 8 * 1024,
  /** Trailers of a lock commit that only a later release knows. */
  furtherTrailersMax: 16,
  /** Title of an issue as it is gossiped and journalled. */
  titleCharsMax: 256,
  /** Body of an issue; GitHub's own limit is 65,536 characters. */
  bodyCharsMax: 65_536,
  /** `.bzzz/policy.yml`. */
  policyBytesMax: 64 * 1024,
  /** Parameters that an issue may hand to a recipe. */
  recipeParametersMax: 16,
  /** One such parameter. */
  recipeParameterCharsMax: 256,
  /** Issues that one issue may wait for. */
  dependenciesMax: 32,
  /** Tools, labels, executors in one capabilities message. */
  capabilityItemsMax: 128,
  /** Models of which one capabilities message tells more than the name. */
  modelFactsMax: 24,
  /** Peers that one capabilities message says its sender is connected with. */
  linksMax: 64,
  /** Kinds of tasks of which one capabilities message tells the success. */
  successKindsMax: 32,
  /** Free text that explains an outcome. */
  reasonCharsMax: 512,
  /** One verdict, without its signature. */
  verdictBytesMax: 4 * 1024,
  /** Verdicts in one certificate. */
  verdictsMax: 24,
  /** One certificate; as text it fits a pull request with room for the rest. */
  certificateBytesMax: 32 * 1024,
  /** What somebody who is stuck asks. */
  helpQuestionCharsMax: 4_096,
  /** Paths of files that one answer names, and the length of each. */
  helpPathsMax: 50,
  helpPathCharsMax: 512,
  /** The name of what somebody turned out not to have. */
  lackNameCharsMax: 120,
  /** What is answered in words. */
  helpAnswerCharsMax: 8_192,
  /** A patch that goes with a question or an answer. */
  helpPatchCharsMax: 256 * 1024,
  /** One message about help; a character of a patch may take three bytes. */
  helpMessageBytesMax: 1024 * 1024,
  /** Peers that may work on one request for help. */
  helpBudgetMax: 16,
  /** How long a branch of such a request lives without a sign from whoever opened it. */
  helpLeaseMsMax: 60_000,
  /** Peers of which one answer says why they did not help. */
  helpTriedMax: 24,
  /** Journals of one peer that a person has looked into and let pass; of more the latest. */
  settledHistoriesMax: 16,
  /** How much higher than the highest epoch that is known of a task a hint may name. */
  epochLeapMax: 1_000,
  /** One sentence that explains what a peer does or does not do. */
  whyTextCharsMax: 240,
  /** A name in such an answer. */
  whyNameCharsMax: 140,
  /** Tasks in one such answer; with their titles and sentences they fit a stream message. */
  whyTasksMax: 24,
  /** Title of a task in such an answer. */
  whyTitleCharsMax: 100,
  /** Words of one review or comment on a pull request; of longer ones the beginning. */
  reviewTextCharsMax: 8_192,
  /** Reviews and comments of one pull request; of more the latest. */
  reviewRemarksMax: 100,
  /** Failed checks of one commit. */
  failedChecksMax: 24,
  /** Name of such a check. */
  failedCheckNameCharsMax: 140,
  /** What such a check says; of more the beginning. */
  failedCheckSummaryCharsMax: 2_048,
  /** What is kept of the output of one attempt for those who watch it. */
  outputKeptCharsMax: 64 * 1024,
  /** What of it one answer tells; a character may take three bytes, and all must fit a stream message. */
  outputTextCharsMax: 16 * 1024,
  /** Members of one mesh that has an operator. */
  membersMax: 1_024,
  /** Members that were taken out and are remembered as such. */
  removedMembersMax: 256,
  /** The operator's list of them. */
  memberListBytesMax: 192 * 1024,
  /** One request on the local control socket. */
  controlMessageBytesMax: 256 * 1024,
} as const;

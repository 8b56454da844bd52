/**
 * Runs that once broke a rule, each kept with what was wrong. A change of the simulator may lead a seed
 * elsewhere; what it then tries is as good as any other seed.
 */
export const foundSeeds: readonly {
  readonly seed: number;
  readonly peers: number;
  readonly tasks: number;
  readonly what: string;
}[] = [
  { seed: 2_001_207, peers: 4, tasks: 6, what: 'a late answer to a claim that people had deleted' },
  { seed: 2_001_691, peers: 3, tasks: 7, what: 'members of an earlier run that were never buried' },
  {
    seed: 2_001_833,
    peers: 5,
    tasks: 2,
    what: 'a peer buried others on what it knew before a pause',
  },
  { seed: 2_001_983, peers: 5, tasks: 5, what: 'the same, as it asked others' },
  { seed: 2_002_044, peers: 6, tasks: 3, what: 'a hint told on became a word of people' },
  { seed: 4_000_708, peers: 5, tasks: 6, what: 'a peer that hung right after its start' },
  {
    seed: 27_041_483,
    peers: 5,
    tasks: 1,
    what: 'a peer that hung right after it was back from the dead',
  },
  {
    seed: 60_895_471,
    peers: 3,
    tasks: 1,
    what: 'a claim given up as lost arrived late, on an issue that was closed',
  },
  {
    seed: 70_994,
    peers: 6,
    tasks: 1,
    what: 'the checker counted a peer that stood still for a majority',
  },
  {
    seed: 31_001_303,
    peers: 5,
    tasks: 5,
    what: 'two who read one issue differently made it look reopened',
  },
  { seed: 60_895_622, peers: 4, tasks: 5, what: 'the simulator began work of a dead process' },
  {
    seed: 28_519_799,
    peers: 6,
    tasks: 1,
    what: 'the checker did not know whom a peer had buried before the split',
  },
  {
    seed: 51_002_823,
    peers: 5,
    tasks: 5,
    what: 'who had not heard that an issue was closed took its tidied lock for a reopening',
  },
  {
    seed: 51_003_703,
    peers: 5,
    tasks: 3,
    what: 'a read without an answer kept a fenced owner from giving its task back',
  },
  {
    seed: 58_576_711,
    peers: 3,
    tasks: 5,
    what: 'the checker took a push that arrived a second time for a second publication',
  },
  {
    seed: 61_003_620,
    peers: 2,
    tasks: 7,
    what: 'a claim that arrived late explained an assignment, and the issue was not judged again',
  },
  {
    seed: 61_004_353,
    peers: 5,
    tasks: 5,
    what: 'the checker did not accept that a person who deletes a lock is asked about the branch left behind',
  },
  {
    seed: 61_011_439,
    peers: 6,
    tasks: 7,
    what: 'a push without an answer arrived after a second one had been rejected, and nobody took it up',
  },
  {
    seed: 263_539_279,
    peers: 6,
    tasks: 4,
    what: 'the journals were asked before the fence was read, and a claim was made and deleted between',
  },
  {
    seed: 23_253_225,
    peers: 2,
    tasks: 3,
    what: 'an issue that was reopened while its holder still let go of it was put by for ever',
  },
  {
    seed: 161_069_022,
    peers: 4,
    tasks: 3,
    what: 'who heard late that people had reopened an issue tried it once more after its failure',
  },
  {
    seed: 41_399,
    peers: 6,
    tasks: 2,
    what: 'whoever took over a first claim did not look for the pull request that its holder had not come to look for',
  },
  {
    seed: 146_096_205,
    peers: 2,
    tasks: 4,
    what: 'a claim that was long won and over arrived once more where a person had deleted the lock',
  },
  {
    seed: 104,
    peers: 6,
    tasks: 7,
    what: 'an edit that a look had shown waited for the read of who approved it, and work began',
  },
  {
    seed: 169_349_309,
    peers: 6,
    tasks: 4,
    what: 'who published for another what a lost lock had told of asked its maker to judge it',
  },
  {
    seed: 9_084,
    peers: 6,
    tasks: 6,
    what: 'the words of an earlier holder were judged as those of who had replaced his result',
  },
  {
    seed: 212_530_372,
    peers: 4,
    tasks: 6,
    what: 'a peer that was gone stayed suspected where nobody could be asked, and went on as the watcher',
  },
  {
    seed: 253_313_818,
    peers: 5,
    tasks: 3,
    what: 'the watcher had never heard that a result is done, whose maker was gone, and did not look at its review',
  },
  {
    seed: 257_185_289,
    peers: 6,
    tasks: 5,
    what: 'a peer that was started anew said the last words of a result that it had been replacing',
  },
  {
    seed: 700_003_295,
    peers: 2,
    tasks: 6,
    what: 'a peer that was started anew took a claim that was refused for the one whose end it remembered',
  },
  {
    seed: 800_001_075,
    peers: 2,
    tasks: 7,
    what: 'a late write replaced the last words on an issue that people had taken back, and nobody put them again',
  },
  {
    seed: 132_841_108,
    peers: 5,
    tasks: 2,
    what: 'the assignment of who had taken over was taken for a word of people, before a look at the fence could tell',
  },
  {
    seed: 195_708_021,
    peers: 3,
    tasks: 6,
    what: 'late words about an earlier result of the same holder were judged as those about the one that had replaced it',
  },
  {
    seed: 59_559_207,
    peers: 4,
    tasks: 2,
    what: 'a peer that stood still while it asked for a majority buried another by answers of before',
  },
  {
    seed: 44_150_895,
    peers: 2,
    tasks: 6,
    what: 'a peer bid for ever for a task that it had given back, over a branch that nothing explained any more',
  },
  {
    seed: 228_148_815,
    peers: 2,
    tasks: 7,
    what: 'a checkpoint that arrived when its peer was back was known, and the attempt began anew over it',
  },
  {
    seed: 93_776_127,
    peers: 4,
    tasks: 5,
    what: 'a peer that was started anew called a request for help ended, which it had handed on before',
  },
  {
    seed: 394_000_241,
    peers: 3,
    tasks: 6,
    what: 'a result that arrived when its peer had begun anew on a later base was judged by that one',
  },
  {
    seed: 118_010_285,
    peers: 2,
    tasks: 2,
    what: 'the checker held a renewal for undecided in whose place another commit was seen to stand',
  },
  {
    seed: 168_482_280,
    peers: 2,
    tasks: 2,
    what: 'who had no slot free did not watch the lease of a dead peer',
  },
  {
    seed: 133_553_537,
    peers: 4,
    tasks: 6,
    what: 'time of the simulator went on in parts of a millisecond, which no entry may hold',
  },
  {
    seed: 88_000_930,
    peers: 2,
    tasks: 4,
    what: 'the checker did not see that two moves stood on what a doubtful one expected',
  },
  {
    seed: 2_500_001_194,
    peers: 6,
    tasks: 6,
    what: 'the checker wanted a failed task done whose lock was deleted, as who knew nothing of it had tried it again',
  },
  {
    seed: 189_589_055,
    peers: 2,
    tasks: 6,
    what: 'a read that lagged hid after a restart what had been pushed right before it',
  },
  {
    seed: 122_383_059,
    peers: 6,
    tasks: 2,
    what: 'a holder came back between the look at it and the deletion of its branches',
  },
  {
    seed: 21,
    peers: 3,
    tasks: 1,
    what: 'the end told of the result of somebody who was lost was taken for an own one after a restart',
  },
  {
    seed: 162_809_407,
    peers: 4,
    tasks: 6,
    what: 'a late comment replaced the last words before the end was known as one',
  },
  {
    seed: 264_209_644,
    peers: 6,
    tasks: 7,
    what: 'a judge gave help, which was under way, after it had begun to judge',
  },
];

/** Preloaded into a process of the simulator: deciding code that fails once five have met, as a defect would. */
import { mutateSources } from '../src/sim/mutate.ts';

const failures = {
  /** Where a message is listened to, which throws into whoever delivers it. */
  thrown: "if (members.size > 4) throw new Error('made to fail');",
  /** As whatever goes on in the background. */
  rejected: "if (members.size > 4) void Promise.reject(new Error('made to fail'));",
};

const how = new URL(import.meta.url).searchParams.get('how');
if (how !== 'thrown' && how !== 'rejected') throw new Error(`how is it to fail: ${how}?`);
const place = 'makeRoom();\n      return true;';
mutateSources([
  { file: 'membership/membership.ts', find: place, replace: `${failures[how]} ${place}` },
]);

/** Prints docs/ERRORS.md, made from the error registry. */
import { errorRegistry } from '@bzzz/protocol';

console.log(`# Errors

Every error of bzzz carries a code. A code keeps its meaning for ever and is never used for another.
\`status\` is the HTTP status with which a gateway answers; \`retry\` says whether the same call can
succeed later without a person. Made by \`scripts/errors-doc\` from packages/protocol/src/error-registry.ts.

| code | status | retry | what you can do |
| --- | --- | --- | --- |`);
for (const [code, { status, retryable, advice }] of Object.entries(errorRegistry)) {
  console.log(`| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${advice} |`);
}

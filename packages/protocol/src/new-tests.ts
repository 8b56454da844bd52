/** What a policy says of tests that a result adds: without the rest of it they must fail, or they prove nothing. */
import { z } from 'zod';
import { Globs } from './globs.ts';
import { limits } from './limits.ts';
import { Argv } from './policy-fields.ts';

export const NewTests = z.strictObject({
  /** `must-fail`: a result whose new tests pass on the base branch as well is not accepted. `any`: they are not tried there. */
  onBase: z.enum(['must-fail', 'any']).default('must-fail'),
  /** Files that are tests, by their names. A file that only helps them is none. */
  files: Globs.min(1).default([
    '**/*.test.?s',
    '**/*.test.??s',
    '**/*.test.?sx',
    '**/*.spec.?s',
    '**/*.spec.??s',
    '**/*.spec.?sx',
    '**/*-test.?s',
    '**/*-test.??s',
    '**/*_test.?s',
    '**/test_*.py',
    '**/*_test.py',
    '**/*_test.go',
    '**/*_test.rb',
    '**/*_spec.rb',
    '**/*_test.exs',
    // Below a folder of tests, since patterns know no case: `Latest.java` is no test.
    '**/*test*/**/*Test.java',
    '**/*test*/**/*Tests.java',
    '**/*test*/**/*Test.kt',
    '**/*test*/**/*Test.php',
    '**/*Tests.cs',
    '**/tests/*.rs',
  ]),
  /**
   * Runs one test file, which `{file}` stands for: each new one must pass on the result and fail on the base. Absent:
   * the acceptance is run with all of them together, which tells nothing where the base fails it already.
   */
  run: Argv.refine(hasFile, 'it needs {file}, and takes no other placeholder').optional(),
  /** An issue with one of these labels asks for tests of what is there already. */
  exceptLabels: z.array(z.string().min(1).max(50)).max(16).default(['bzzz:tests']),
});
export type NewTests = z.infer<typeof NewTests>;

function hasFile(argv: readonly string[]): boolean {
  const names = argv.flatMap((one) =>
    [...one.matchAll(/\{([a-z][a-z0-9_]*)\}/g)].map(([, name]) => name),
  );
  return names.length > 0 && names.every((name) => name === 'file');
}

/** What came of the tests that a result adds, as journals keep it. */
export const NewTestsTold = z.object({
  /** `proven`: they fail without it. `refused`: they prove nothing. `untold`: that could not be told. */
  outcome: z.enum(['proven', 'refused', 'untold']),
  /** How many files of tests it adds. */
  files: z.int().min(1),
  reason: z.string().max(limits.reasonCharsMax),
});

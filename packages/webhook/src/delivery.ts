/** What a delivery that is signed says: at most the name of a repository. */
import { z } from 'zod';

/** Events after which an issue or a result may have to be judged anew. Others do not make anybody look. */
const telling: ReadonlySet<string> = new Set([
  'issues',
  'issue_comment',
  'issue_dependencies',
  'sub_issues',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'check_suite',
  'push',
]);

/**
 * Everything else of a delivery is dropped: what is true is asked of the forge. Not a `RepoName`, since
 * a webhook of an organisation also tells of such as `acme/.github`; it is only ever compared.
 */
const Delivery = z.object({ repository: z.object({ full_name: z.string().max(200) }) });

export type Told =
  | { readonly kind: 'ping' }
  | { readonly kind: 'other' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'repository'; readonly fullName: string };

export function readDelivery(event: string, text: string): Told {
  if (event === 'ping') return { kind: 'ping' };
  if (!telling.has(event)) return { kind: 'other' };
  const delivery = Delivery.safeParse(jsonOf(text));
  if (!delivery.success) return { kind: 'unreadable' };
  return { kind: 'repository', fullName: delivery.data.repository.full_name };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import type { Delivery } from '../../shared/webhooks.ts';
import type { StoredRun } from '../chat/run-store.ts';

const one = (row: Delivery): string => {
  switch (row.state) {
    case 'delivered':
      return `“${row.targetName}” was told: ${row.reason}`;
    case 'suppressed':
      return `“${row.targetName}” was not told: ${row.reason}.`;
    case 'cancelled':
      return `“${row.targetName}” was not told: ${row.reason}.`;
    case 'queued':
    case 'sending':
      return `“${row.targetName}” is still to be told: ${row.reason || 'waiting to be sent'}`;
    case 'unknown':
      return `“${row.targetName}” may have been told: ${row.reason}`;
    case 'expired':
    case 'failed':
      return `“${row.targetName}” could not be told: ${row.reason}`;
  }
};

/** "Why was I not told?" for the last answer: every target and what became of it. Pure. */
export function explain(
  run: StoredRun | null,
  rows: Delivery[],
): { words: string; deliveryId: string | null } {
  if (!run)
    return {
      words: 'No answer has ended yet on this computer, so there was nothing to tell.',
      deliveryId: null,
    };
  const about = `The last answer was in “${run.title}”. `;
  if (rows.length === 0) return { words: about + run.told, deliveryId: null };
  return { words: about + rows.map(one).join(' '), deliveryId: rows[0]?.id ?? null };
}

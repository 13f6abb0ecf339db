import type { TestOutcome } from '../../shared/webhooks.ts';
import { RECEIVER_LABELS } from '../lib/labels.ts';
import { duration } from '../lib/time.ts';

/** What came of a test: status, time taken, and the receiver's own words. */
export function TestCard({ outcome }: { outcome: TestOutcome }) {
  return (
    <div
      className={`card stack ${outcome.delivered ? 'good' : 'bad'}`}
      role="status"
      aria-label="Test outcome"
    >
      <div className="row wrap">
        <strong className="grow">{outcome.delivered ? 'Test delivered' : 'Test failed'}</strong>
        <span className="small">
          {RECEIVER_LABELS[outcome.kind]} · {outcome.status === null ? 'no answer' : `HTTP ${outcome.status}`}{' '}
          · {duration(outcome.latencyMs)}
        </span>
      </div>
      <p>{outcome.words}</p>
      {outcome.answer !== '' && (
        <details>
          <summary className="small">The receiver’s answer</summary>
          <pre className="pre">{outcome.answer}</pre>
        </details>
      )}
    </div>
  );
}

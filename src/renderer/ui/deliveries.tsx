import { ChevronDown, ChevronRight } from 'lucide-react';
import { useId, useState } from 'react';
import type { AttemptWhy, Delivery, DeliveryAttempt } from '../../shared/webhooks.ts';
import type { Result } from '../../shared/result.ts';
import { flash } from '../lib/flash.ts';
import { EVENT_LABELS, RECEIVER_LABELS, STATE_LABELS, STATE_TONES } from '../lib/labels.ts';
import { duration, fullTime, relativeTime, shortTime } from '../lib/time.ts';
import { Button } from './button.tsx';

const WHY: Record<AttemptWhy, string> = { automatic: 'automatic', manual: 'by hand', test: 'test' };
const LIVE = new Set<Delivery['state']>(['queued', 'sending']);

function Attempt({ attempt }: { attempt: DeliveryAttempt }) {
  return (
    <li>
      <span title={fullTime(attempt.at)}>{shortTime(attempt.at)}</span> · {WHY[attempt.why]} ·{' '}
      {attempt.status === null ? 'no answer' : `HTTP ${attempt.status}`} · {duration(attempt.latencyMs)}
      <div>{attempt.words}</div>
      {attempt.answer !== '' && <pre className="pre">{attempt.answer}</pre>}
    </li>
  );
}

/** One row of the delivery log; opens to its attempts. */
export function DeliveryRow({
  delivery,
  onRedeliver,
  onCurl,
}: {
  delivery: Delivery;
  onRedeliver: (id: string) => Promise<Result<unknown>>;
  onCurl?: (id: string) => Promise<void>;
}) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const bodyId = useId();
  const redeliver = async (): Promise<void> => {
    setBusy(true);
    const result = await onRedeliver(delivery.id);
    setBusy(false);
    flash(result.ok ? 'Sending again.' : result.error.message, result.ok ? 'plain' : 'bad');
  };
  return (
    <li>
      <button
        type="button"
        className="delivery-head"
        aria-expanded={open}
        aria-controls={bodyId}
        onClick={() => setOpen(!open)}
      >
        <span className={`chip ${STATE_TONES[delivery.state]}`}>{STATE_LABELS[delivery.state]}</span>{' '}
        <span className="ellipsis" title={delivery.subject}>
          {delivery.subject || EVENT_LABELS[delivery.event]}
        </span>{' '}
        <span className="row small muted" title={fullTime(delivery.createdAt)}>
          {shortTime(delivery.createdAt)}
          {open ? <ChevronDown size={16} /> : <ChevronRight size={16} />}
        </span>{' '}
        <span className="why small muted">{delivery.reason}</span>
      </button>
      {open && (
        <div className="delivery-body" id={bodyId}>
          <dl className="facts small">
            <dt>Event</dt>
            <dd>{EVENT_LABELS[delivery.event]}</dd>
            <dt>To</dt>
            <dd>
              {delivery.targetName || RECEIVER_LABELS[delivery.targetKind]} ({delivery.urlMasked})
            </dd>
            {delivery.nextAt !== null && (
              <>
                <dt>Next try</dt>
                <dd title={fullTime(delivery.nextAt)}>{relativeTime(delivery.nextAt)}</dd>
              </>
            )}
            <dt>Delivery id</dt>
            <dd>{delivery.id}</dd>
          </dl>
          {delivery.attempts.length === 0 ? (
            <p className="small muted">Nothing was sent, so there are no attempts.</p>
          ) : (
            <ol className="attempts" aria-label="Attempts">
              {delivery.attempts.map((attempt) => (
                <Attempt key={`${attempt.at}-${attempt.why}`} attempt={attempt} />
              ))}
            </ol>
          )}
          <div className="row wrap">
            <Button
              small
              busy={busy}
              disabled={LIVE.has(delivery.state)}
              title={LIVE.has(delivery.state) ? 'It is already on its way.' : undefined}
              onClick={() => void redeliver()}
            >
              Redeliver
            </Button>
            {onCurl !== undefined && (
              <Button small onClick={() => void onCurl(delivery.id)}>
                Copy as curl
              </Button>
            )}
          </div>
        </div>
      )}
    </li>
  );
}

/** The last few deliveries, as the region "Recent deliveries". */
export function RecentDeliveries({
  deliveries,
  empty,
  onRedeliver,
}: {
  deliveries: readonly Delivery[];
  empty: string;
  onRedeliver: (id: string) => Promise<Result<unknown>>;
}) {
  return (
    <section className="section" aria-label="Recent deliveries">
      <h3>Recent deliveries</h3>
      {deliveries.length === 0 ? (
        <p className="muted">{empty}</p>
      ) : (
        <ul className="list">
          {deliveries.map((delivery) => (
            <DeliveryRow key={delivery.id} delivery={delivery} onRedeliver={onRedeliver} />
          ))}
        </ul>
      )}
    </section>
  );
}

import { useEffect, useState } from 'react';
import type { RouteOutput, TargetInput } from '../../shared/ipc/routes.ts';
import type { Result } from '../../shared/result.ts';
import type { EventName } from '../../shared/webhook-events.ts';
import { useBridge } from '../lib/client.tsx';
import { EVENT_LABELS } from '../lib/labels.ts';
import { useDebounced } from '../lib/use-debounced.ts';

type Preview = Result<RouteOutput<'target.preview'>>;

/** JSON laid out for reading; anything else as it is. */
export function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // Receivers that take text or forms get no JSON: shown as sent.
    return body;
  }
}

/** What would be sent with the choices as they stand, secrets masked. */
export function TargetPreview({
  input,
  events,
}: {
  input: TargetInput | null;
  events: readonly EventName[];
}) {
  const bridge = useBridge();
  const [event, setEvent] = useState<EventName>('chat_response');
  const [preview, setPreview] = useState<Preview | null>(null);
  const shown = events.includes(event) ? event : (events[0] ?? 'chat_response');
  const key = useDebounced(input === null ? '' : JSON.stringify({ target: input, event: shown }), 300);
  useEffect(() => {
    if (key === '') return;
    let current = true;
    const request = JSON.parse(key) as { target: TargetInput; event: EventName };
    void bridge.request('target.preview', request).then((result) => {
      if (current) setPreview(result);
    });
    return () => {
      current = false;
    };
  }, [bridge, key]);
  return (
    <details>
      <summary>Preview</summary>
      <div className="stack more-choices">
        {events.length > 1 && (
          <select
            className="input"
            aria-label="Event to preview"
            value={shown}
            onChange={(change) => setEvent(change.target.value as EventName)}
          >
            {events.map((name) => (
              <option key={name} value={name}>
                {EVENT_LABELS[name]}
              </option>
            ))}
          </select>
        )}
        {preview === null && <p className="muted small">Preparing…</p>}
        {preview?.ok === false && <p className="muted small">{preview.error.message}</p>}
        {preview?.ok === true && (
          <pre className="pre" tabIndex={0} aria-label="What would be sent">
            {`${preview.data.method} ${preview.data.url}\n${preview.data.headers
              .map(([name, value]) => `${name}: ${value}`)
              .join('\n')}\n\n${readable(preview.data.body)}`}
          </pre>
        )}
      </div>
    </details>
  );
}

import { Eye, EyeOff } from 'lucide-react';
import { useAsk } from '../lib/client.tsx';
import { maskedHost } from '../lib/labels.ts';
import { useOpenWindow } from '../lib/windows.ts';

/** What Hark believes now – are you looking? – and whom it would call. */
export function StatusBar() {
  const activity = useAsk('activity.get', {});
  const webhook = useAsk('webhook.get', {});
  const openWindow = useOpenWindow();
  const believed = activity.data?.words ?? (activity.error ? 'Activity is unknown' : 'Activity…');
  const hook = webhook.data;
  const state =
    webhook.error !== null
      ? 'unknown'
      : hook === undefined
        ? '…'
        : hook === null
          ? 'not set – set one'
          : hook.paused !== null
            ? `${maskedHost(hook.urlMasked)} – paused`
            : hook.enabled
              ? `${maskedHost(hook.urlMasked)} ✓`
              : `${maskedHost(hook.urlMasked)} – off`;
  return (
    <footer className="status-bar" aria-label="Status">
      <button
        type="button"
        className="status-item"
        title={`${believed}. Hark calls you only while you are away. Click for its settings.`}
        onClick={() => void openWindow('settings', 'notifications')}
      >
        {activity.data?.active === false ? <EyeOff size={14} /> : <Eye size={14} />}
        <span className="ellipsis">{believed}</span>
      </button>
      <button
        type="button"
        className="status-item"
        data-attention={hook === null || hook?.paused != null || undefined}
        title={hook?.paused?.words ?? 'The webhook called when an answer is ready. Click to change it.'}
        onClick={() => void openWindow('settings', 'account')}
      >
        <span className="ellipsis">Webhook: {state}</span>
      </button>
    </footer>
  );
}

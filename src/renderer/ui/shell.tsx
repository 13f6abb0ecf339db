import { QueryClientProvider } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { StrictMode, useEffect, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import type { HarkBridge } from '../../shared/ipc/bridge.ts';
import { openBridge } from '../lib/bridge.ts';
import {
  BridgeContext,
  ConnectionContext,
  createQueryClient,
  useAct,
  useAsk,
  useBridgeEvent,
} from '../lib/client.tsx';
import type { ConnectionState, Signal } from '../lib/connection.ts';
import { dismissFlash, useFlashes } from '../lib/flash.ts';
import { playChime } from '../lib/sound.ts';
import { applyAppearance } from '../lib/theme.ts';
import { wireEvents } from '../lib/wire-events.ts';
import { IconButton } from './button.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { StatePanel } from './states.tsx';
import './tokens.css';
import './base.css';
import './controls.css';

/** Applies theme and text size as settings change. */
function Appearance() {
  const settings = useAsk('settings.get', {}).data;
  useEffect(() => {
    if (settings !== undefined) applyAppearance(settings);
  }, [settings]);
  useBridgeEvent('sound.play', ({ name }) => void playChime(name));
  return null;
}

function NoticeBars() {
  const notices = useAsk('app.list_notices', {}).data ?? [];
  const dismiss = useAct('app.dismiss_notice');
  return notices.map((notice) => (
    <div
      key={notice.id}
      className={`bar ${notice.level}`}
      role={notice.level === 'error' ? 'alert' : 'status'}
    >
      <span className="grow">
        <strong>{notice.title}</strong> {notice.words}
      </span>
      <IconButton
        label={`Dismiss: ${notice.title}`}
        disabled={dismiss.busy}
        onClick={() => void dismiss.run({ id: notice.id })}
      >
        <X size={16} />
      </IconButton>
    </div>
  ));
}

function Flashes() {
  const list = useFlashes((state) => state.list);
  return (
    <div className="flashes" role="status" aria-live="polite">
      {list.map((entry) => (
        <div key={entry.id} className={`flash ${entry.tone}`}>
          <span className="grow">{entry.words}</span>
          {entry.action !== undefined && (
            <button
              type="button"
              className="link-button"
              onClick={() => {
                entry.action?.run();
                dismissFlash(entry.id);
              }}
            >
              {entry.action.label}
            </button>
          )}
          <IconButton label="Dismiss" onClick={() => dismissFlash(entry.id)}>
            <X size={14} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}

/** What every window has around its content: connection bar, notices, short words, and what to do at the end. */
export function Shell({
  bridge,
  connection,
  client,
  children,
}: {
  bridge: HarkBridge;
  connection: Signal<ConnectionState>;
  client: QueryClient;
  children: ReactNode;
}) {
  const state = useSyncExternalStore(connection.subscribe, connection.get);
  if (state === 'over') {
    return (
      <StatePanel page title="This page’s session is over. Open Hark again.">
        <p>Hark was started anew since this page was opened. Close it, and open Hark from where it runs.</p>
      </StatePanel>
    );
  }
  return (
    <BridgeContext value={bridge}>
      <ConnectionContext value={connection}>
        <QueryClientProvider client={client}>
          <Appearance />
          <div className="window">
            {state === 'lost' && (
              <div className="bar" role="alert">
                <span className="spinner" aria-hidden="true" />
                Hark is not running – reconnecting…
              </div>
            )}
            <NoticeBars />
            <div className="window-body">
              <ErrorBoundary>{children}</ErrorBoundary>
            </div>
          </div>
          <Flashes />
        </QueryClientProvider>
      </ConnectionContext>
    </BridgeContext>
  );
}

/** Starts a window: bridge, cache, events, then its content into #root. */
export function startWindow(content: ReactNode): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no #root.');
  const { bridge, connection } = openBridge();
  const client = createQueryClient();
  wireEvents(bridge, client);
  let before = connection.get();
  connection.subscribe(() => {
    const now = connection.get();
    // Whatever changed while the line was down came without an event.
    if (now === 'open' && before === 'lost') void client.invalidateQueries();
    before = now;
  });
  createRoot(root).render(
    <StrictMode>
      <Shell bridge={bridge} connection={connection} client={client}>
        {content}
      </Shell>
    </StrictMode>,
  );
}

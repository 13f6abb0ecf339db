import type { Model } from '../../shared/domain.ts';
import { useAsk } from '../lib/client.tsx';
import { useDrafts } from '../lib/drafts.ts';
import { useOpenWindow } from '../lib/windows.ts';
import { Button } from '../ui/button.tsx';
import { useChatStore } from './chat-store.ts';

const DEMO = [
  {
    prompt: '/slow 20 Tell me about lighthouses',
    words: 'Ask something slow, look at another window, get called',
  },
  { prompt: '/markdown', words: 'See how an answer looks: lists, tables, code' },
  { prompt: '/fail', words: 'See what a failed answer looks like' },
];
const GENERAL = [
  {
    prompt: 'Explain how a lighthouse lens works, in detail.',
    words: 'Ask for something long, and look away',
  },
  { prompt: 'Write a short plan for learning to sail in a year.', words: 'Make a plan' },
  { prompt: 'Compare SQLite and PostgreSQL in a table.', words: 'Compare two things in a table' },
];

/** A chat with nothing in it: what to try, and whether anyone would be called. */
export function EmptyChat({ chatKey, models }: { chatKey: string; models: readonly Model[] }) {
  const setDraft = useDrafts((state) => state.set);
  const setModel = useChatStore((state) => state.setModel);
  const webhook = useAsk('webhook.get', {}).data;
  const openWindow = useOpenWindow();
  const demo = models.find((model) => model.ownedBy === 'demo');
  const onlyDemo = demo !== undefined && models.length === 1;
  const suggestions = demo === undefined ? GENERAL : onlyDemo ? DEMO : [...DEMO.slice(0, 1), ...GENERAL];
  return (
    <div className="empty-chat">
      <h2 className="empty-title">Ask, then look away.</h2>
      <p className="muted">Hark calls you when the answer is ready.</p>
      {webhook === null && (
        <div className="card warn row wrap">
          <span className="grow">No webhook is set yet, so nobody would be called.</span>
          <Button small onClick={() => void openWindow('settings', 'account')}>
            Set a webhook
          </Button>
        </div>
      )}
      <ul className="suggestions" aria-label="Suggestions">
        {suggestions.map((suggestion) => (
          <li key={suggestion.prompt}>
            <button
              type="button"
              className="suggestion"
              onClick={() => {
                setDraft(chatKey, suggestion.prompt);
                if (demo !== undefined && suggestion.prompt.startsWith('/')) setModel(chatKey, demo.id);
                document.getElementById('message')?.focus();
              }}
            >
              <span>{suggestion.words}</span>
              <span className="small muted">{suggestion.prompt}</span>
            </button>
          </li>
        ))}
      </ul>
      {onlyDemo && (
        <p className="small muted">
          You are talking to the built-in demo model. An admin can add real models in the Admin Panel.
        </p>
      )}
    </div>
  );
}

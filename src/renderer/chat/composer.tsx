import { ArrowUp, Square, X } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import type { AppError } from '../../shared/result.ts';
import { useAsk } from '../lib/client.tsx';
import { useDrafts } from '../lib/drafts.ts';
import { IconButton } from '../ui/button.tsx';
import { ModelPicker } from './model-picker.tsx';
import type { ModelChoice } from './model-picker.tsx';

const TALLEST_PX = 280;

/** True when this key press sends, by the user's setting. A key that ends a composed character never does. */
export function sendsPrompt(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'> & { composing: boolean },
  sendWithEnter: boolean,
): boolean {
  if (event.key !== 'Enter' || event.composing || event.shiftKey || event.altKey) return false;
  return event.ctrlKey || event.metaKey || sendWithEnter;
}

/** Where prompts are written. The draft is kept per chat. */
export function Composer({
  chatKey,
  model,
  running,
  canStop,
  error,
  onClearError,
  onSend,
  onStop,
}: {
  chatKey: string;
  model: ModelChoice;
  running: boolean;
  canStop: boolean;
  error: AppError | null;
  onClearError: () => void;
  onSend: (prompt: string) => void;
  onStop: () => Promise<void>;
}) {
  const draft = useDrafts((state) => state.byChat[chatKey] ?? '');
  const setDraft = useDrafts((state) => state.set);
  const sendWithEnter = useAsk('settings.get', {}).data?.sendWithEnter ?? true;
  const area = useRef<HTMLTextAreaElement>(null);

  useLayoutEffect(() => {
    const element = area.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, TALLEST_PX)}px`;
  }, [draft]);
  useEffect(() => area.current?.focus(), []);

  const blocked = running
    ? 'An answer is being written. Stop it, or wait for its end.'
    : model.id === null
      ? model.loading
        ? 'The models are being loaded.'
        : 'No model is there. An admin can add a connection in the Admin Panel.'
      : null;
  const canSend = blocked === null && draft.trim() !== '';
  const send = (): void => {
    if (canSend) onSend(draft.trim());
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {error !== null && (
        <div className="card bad row" role="alert">
          <span className="grow">{error.message} Your prompt is still below: send it again.</span>
          <IconButton label="Dismiss the error" onClick={onClearError}>
            <X size={16} />
          </IconButton>
        </div>
      )}
      <div className="composer-box">
        <textarea
          id="message"
          ref={area}
          rows={1}
          aria-label="Message"
          aria-describedby="composer-hint"
          placeholder="Ask anything"
          dir="auto"
          value={draft}
          onChange={(event) => setDraft(chatKey, event.target.value)}
          onKeyDown={(event) => {
            const composing = event.nativeEvent.isComposing;
            const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
            if (sendsPrompt({ key, shiftKey, ctrlKey, metaKey, altKey, composing }, sendWithEnter)) {
              event.preventDefault();
              send();
            }
          }}
        />
        <div className="composer-foot">
          <ModelPicker choice={model} />
          <span className="composer-hint small muted ellipsis" id="composer-hint">
            {blocked ?? (sendWithEnter ? 'Enter sends, Shift+Enter makes a new line' : 'Ctrl+Enter sends')}
          </span>
          {canStop ? (
            <button
              type="button"
              className="send-button"
              aria-label="Stop"
              title="Stop"
              onClick={() => void onStop()}
            >
              <Square size={14} fill="currentColor" />
            </button>
          ) : (
            <button
              type="submit"
              className="send-button"
              aria-label="Send"
              title={blocked ?? (draft.trim() === '' ? 'Write something first' : 'Send')}
              disabled={!canSend}
            >
              <ArrowUp size={18} />
            </button>
          )}
        </div>
      </div>
    </form>
  );
}

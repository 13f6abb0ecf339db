import { ChevronLeft, ChevronRight, RefreshCw } from 'lucide-react';
import { Suspense, lazy, memo, useEffect } from 'react';
import type { ReactNode } from 'react';
import type { ChatMessage } from '../../shared/domain.ts';
import { useStreams } from '../lib/stream-store.ts';
import { fullTime } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';

const importMarkdown = () => import('./markdown.tsx');
// Markdown is most of the code of this window: it comes after the first paint.
const Markdown = lazy(importMarkdown);
if (typeof requestIdleCallback === 'function') requestIdleCallback(() => void importMarkdown());

/** The text to show: the stored one once it is whole, before that what has streamed in. */
export function textToShow(message: ChatMessage, streamed: string | undefined): string {
  if (message.done || streamed === undefined) return message.content;
  return streamed.length >= message.content.length ? streamed : message.content;
}

function AnswerText({ text, running }: { text: string; running: boolean }) {
  return (
    <Suspense fallback={<div className="md plain">{text}</div>}>
      <Markdown text={text} running={running} />
    </Suspense>
  );
}

function Thinking({ startedAt }: { startedAt: number | null }) {
  const now = useNow(1_000);
  const seconds = startedAt === null ? 0 : Math.floor((now - startedAt) / 1000);
  return (
    <p className="thinking muted">
      <span className="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      Thinking{seconds >= 3 ? ` · ${seconds} s` : '…'}
    </p>
  );
}

/** Switches between several answers to the same prompt (or several wordings of a prompt). */
export function SiblingSwitcher({
  what,
  place,
  count,
  previousId,
  nextId,
  onShow,
}: {
  what: 'answer' | 'prompt';
  place: number;
  count: number;
  previousId: string | null;
  nextId: string | null;
  onShow: (id: string) => void;
}) {
  if (count < 2) return null;
  return (
    <span className="siblings" role="group" aria-label={`Several ${what}s`}>
      <IconButton
        label={`Previous ${what}`}
        disabled={previousId === null}
        onClick={() => previousId !== null && onShow(previousId)}
      >
        <ChevronLeft size={16} />
      </IconButton>
      <span className="small muted" aria-live="polite">
        {place} of {count}
      </span>
      <IconButton
        label={`Next ${what}`}
        disabled={nextId === null}
        onClick={() => nextId !== null && onShow(nextId)}
      >
        <ChevronRight size={16} />
      </IconButton>
    </span>
  );
}

function Answer({
  message,
  running,
  startedAt,
  last,
  busy,
  onRegenerate,
  switcher,
}: {
  message: ChatMessage;
  running: boolean;
  startedAt: number | null;
  last: boolean;
  busy: boolean;
  onRegenerate: (messageId: string) => void;
  switcher: ReactNode;
}) {
  const streamed = useStreams((state) => (message.done ? undefined : state.texts[message.id]));
  const drop = useStreams((state) => state.drop);
  useEffect(() => {
    if (message.done) drop(message.id);
  }, [message.done, message.id, drop]);
  const text = textToShow(message, streamed);
  const lost = !message.done && !running && message.error === null && !message.stopped;
  return (
    <article
      className="message assistant"
      aria-label={`Answer${message.model ? ` by ${message.model}` : ''}`}
    >
      {text !== '' && <AnswerText text={text} running={running} />}
      {text === '' && running && <Thinking startedAt={startedAt} />}
      {text === '' && !running && message.error === null && (
        <p className="muted">{message.stopped ? 'Stopped before the first word.' : 'No text came.'}</p>
      )}
      {message.error !== null && !running && (
        <div className="card bad stack" role="alert">
          <p>
            <strong>The answer failed.</strong> {message.error}
          </p>
          <div>
            <Button small disabled={busy} onClick={() => onRegenerate(message.id)}>
              <RefreshCw size={14} aria-hidden="true" /> Retry
            </Button>
          </div>
        </div>
      )}
      {!running && (
        <div className="message-actions" data-last={last || undefined}>
          {switcher}
          {text !== '' && <CopyButton text={() => text} label="Copy answer" />}
          {message.error === null && (
            <IconButton label="Regenerate answer" disabled={busy} onClick={() => onRegenerate(message.id)}>
              <RefreshCw size={16} />
            </IconButton>
          )}
          {(message.stopped || lost) && text !== '' && (
            <span className="small muted">{message.stopped ? 'Stopped' : 'Not complete'}</span>
          )}
          <span className="small muted ellipsis" title={fullTime(message.timestamp * 1000)}>
            {message.model}
          </span>
        </div>
      )}
    </article>
  );
}

/** One message. Only the one being written renders again while text streams in. */
export const MessageView = memo(function MessageView({
  message,
  previousId,
  nextId,
  place,
  count,
  running,
  startedAt,
  busy,
  last,
  onRegenerate,
  onShow,
}: {
  message: ChatMessage;
  previousId: string | null;
  nextId: string | null;
  place: number;
  count: number;
  running: boolean;
  startedAt: number | null;
  busy: boolean;
  last: boolean;
  onRegenerate: (messageId: string) => void;
  onShow: (messageId: string) => void;
}) {
  const switcher = (
    <SiblingSwitcher
      what={message.role === 'user' ? 'prompt' : 'answer'}
      place={place}
      count={count}
      previousId={previousId}
      nextId={nextId}
      onShow={onShow}
    />
  );
  if (message.role === 'user') {
    return (
      <article className="message user" aria-label="You">
        <div className="bubble">{message.content}</div>
        <div className="message-actions">
          {switcher}
          <CopyButton text={() => message.content} label="Copy prompt" />
        </div>
      </article>
    );
  }
  if (message.role === 'system') {
    return <p className="message system small muted">{message.content}</p>;
  }
  return (
    <Answer
      message={message}
      running={running}
      startedAt={startedAt}
      last={last}
      busy={busy}
      onRegenerate={onRegenerate}
      switcher={switcher}
    />
  );
});

/** An answer the stored chat does not have yet. */
export function AnswerBeingMade({
  messageId,
  startedAt,
}: {
  messageId: string | null;
  startedAt: number | null;
}) {
  const text = useStreams((state) => (messageId === null ? '' : (state.texts[messageId] ?? '')));
  return (
    <article className="message assistant" aria-label="Answer">
      {text === '' ? <Thinking startedAt={startedAt} /> : <AnswerText text={text} running />}
    </article>
  );
}

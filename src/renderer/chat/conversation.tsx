import { ArrowDown } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ChatMessage, RunState } from '../../shared/domain.ts';
import { siblingsOf } from '../lib/tree.ts';
import { Button } from '../ui/button.tsx';
import type { Ask } from './chat-store.ts';
import { AnswerBeingMade, MessageView } from './message.tsx';
import { useStickToEnd } from './use-stick.ts';

/** Messages drawn at first and per "Show earlier": a long chat opens as fast as a short one. */
const CHUNK = 60;

/** The messages of the branch shown, the newest at the end. */
export function Conversation({
  messages,
  path,
  ask,
  run,
  sent,
  onRegenerate,
  onShow,
}: {
  messages: Readonly<Record<string, ChatMessage>>;
  path: readonly ChatMessage[];
  ask: Ask | undefined;
  run: RunState | undefined;
  /** How often the user has asked: each time the end comes into view and is held. */
  sent: number;
  onRegenerate: (messageId: string) => void;
  /** Shows the branch this message is on. */
  onShow: (messageId: string) => void;
}) {
  const [shown, setShown] = useState(CHUNK);
  const { outer, inner, away, toEnd } = useStickToEnd();
  useEffect(() => {
    if (sent > 0) toEnd();
  }, [sent, toEnd]);

  const running = run?.status === 'running';
  const visible = path.slice(-shown);
  const lastId = path.at(-1)?.id;
  const askShown =
    ask?.prompt != null && (ask.userMessageId === null || messages[ask.userMessageId] === undefined);
  const runMissing = running && messages[run.messageId] === undefined;

  return (
    <div className="conversation-frame">
      <div className="conversation" ref={outer} tabIndex={0} role="region" aria-label="Conversation">
        <div className="conversation-inner" ref={inner}>
          {path.length > shown && (
            <Button look="quiet" small onClick={() => setShown(shown + CHUNK)}>
              Show earlier messages
            </Button>
          )}
          {visible.map((message) => {
            const siblings = message.role === 'system' ? [] : siblingsOf(messages, message.id);
            return (
              <MessageView
                key={message.id}
                message={message}
                previousId={siblings[siblings.indexOf(message.id) - 1] ?? null}
                nextId={siblings[siblings.indexOf(message.id) + 1] ?? null}
                place={siblings.indexOf(message.id) + 1}
                count={siblings.length}
                running={running && run.messageId === message.id}
                startedAt={run?.messageId === message.id ? run.startedAt : null}
                busy={running}
                last={message.id === lastId && !askShown}
                onRegenerate={onRegenerate}
                onShow={onShow}
              />
            );
          })}
          {askShown && (
            <article className="message user" aria-label="You">
              <div className="bubble">{ask.prompt}</div>
            </article>
          )}
          {(askShown || runMissing) && (
            <AnswerBeingMade
              messageId={(running ? run.messageId : ask?.messageId) ?? null}
              startedAt={running ? run.startedAt : null}
            />
          )}
        </div>
      </div>
      {away && (
        <Button className="jump" small onClick={toEnd}>
          <ArrowDown size={14} aria-hidden="true" /> Jump to newest
        </Button>
      )}
      <span className="visually-hidden" role="status">
        {run === undefined
          ? ''
          : {
              running: 'The answer is being written.',
              done: 'The answer is ready.',
              failed: 'The answer failed.',
              stopped: 'Stopped.',
            }[run.status]}
      </span>
    </div>
  );
}

import type { ChatDetail, ChatMessage } from '../../shared/domain.ts';

/** The messages from the chat's start to `tip`, as a completion request wants them; empty ones are left out. */
export function branch(chat: ChatDetail, tip: string | null): { role: string; content: string }[] {
  const messages: { role: string; content: string }[] = [];
  const seen = new Set<string>();
  for (let id = tip; id !== null && !seen.has(id);) {
    seen.add(id);
    const message: ChatMessage | undefined = chat.messages[id];
    if (!message) break;
    if (message.content !== '') messages.unshift({ role: message.role, content: message.content });
    id = message.parentId;
  }
  return messages;
}

/** A short title out of a prompt, for a chat that has none yet. */
export function titleFrom(prompt: string): string {
  const line = prompt.trim().split('\n', 1)[0]?.replace(/\s+/g, ' ') ?? '';
  const letters = [
    ...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(line.slice(0, 400)),
  ].map((s) => s.segment);
  if (line === '') return 'New chat';
  return letters.length > 60 ? `${letters.slice(0, 59).join('')}…` : line;
}

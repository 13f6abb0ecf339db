import type { ChatMessage } from '../../shared/domain.ts';

type Messages = Readonly<Record<string, ChatMessage>>;

/** The messages from the start of the chat down to `tipId`. A loop or a missing parent ends the walk. */
export function branchTo(messages: Messages, tipId: string | null): ChatMessage[] {
  const path: ChatMessage[] = [];
  const seen = new Set<string>();
  let id = tipId;
  while (id !== null && !seen.has(id)) {
    const message = messages[id];
    if (message === undefined) break;
    seen.add(id);
    path.push(message);
    id = message.parentId;
  }
  return path.reverse();
}

/** All messages of the same role under the same parent, oldest first; the message itself is among them. */
export function siblingsOf(messages: Messages, id: string): string[] {
  const message = messages[id];
  if (message === undefined) return [];
  return Object.values(messages)
    .filter((other) => other.parentId === message.parentId && other.role === message.role)
    .sort((a, b) => a.timestamp - b.timestamp || order(messages, a.id) - order(messages, b.id))
    .map((other) => other.id);
}

/** Place among the parent's children, for messages of the same second. */
function order(messages: Messages, id: string): number {
  const parentId = messages[id]?.parentId;
  return parentId ? (messages[parentId]?.childrenIds.indexOf(id) ?? 0) : 0;
}

/** The end of the newest branch below a message. */
export function newestTip(messages: Messages, id: string): string {
  const seen = new Set<string>();
  let tip = id;
  while (!seen.has(tip)) {
    seen.add(tip);
    const children = (messages[tip]?.childrenIds ?? []).filter((child) => messages[child] !== undefined);
    const last = children.at(-1);
    if (last === undefined) break;
    tip = last;
  }
  return tip;
}

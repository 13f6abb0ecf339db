import { wordsOf } from '../backend/rest.ts';

/** What a server event means for the answer being made. */
export type RunUpdate =
  | { kind: 'append'; text: string }
  | { kind: 'replace'; text: string }
  | { kind: 'title'; title: string }
  | { kind: 'done'; text: string | null; title: string | null }
  | { kind: 'failed'; words: string; text: string | null }
  | { kind: 'stopped' }
  | { kind: 'needs_input'; words: string };

interface Loose {
  [key: string]: unknown;
}
const object = (value: unknown): Loose =>
  typeof value === 'object' && value !== null ? (value as Loose) : {};
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function errorWords(error: unknown): string {
  if (typeof error === 'string') return error;
  const { content, message } = object(error);
  return text(content) ?? text(message) ?? wordsOf(JSON.stringify({ error })) ?? 'The answer failed.';
}

/**
 * Reads one `events` frame: `content` is cumulative and replaces, deltas append (both generations of
 * names). Unknown kinds give nothing. The order matters: a final frame may carry content and done together.
 */
export function readEvent(type: string, raw: unknown): RunUpdate[] {
  const data = object(raw);
  switch (type) {
    case 'chat:completion': {
      if (data['error'])
        return [{ kind: 'failed', words: errorWords(data['error']), text: text(data['content']) }];
      const content = text(data['content']);
      if (data['done'] === true) return [{ kind: 'done', text: content, title: text(data['title']) }];
      const updates: RunUpdate[] = [];
      if (content !== null) updates.push({ kind: 'replace', text: content });
      const choices = Array.isArray(data['choices']) ? (data['choices'] as unknown[]) : [];
      const delta = text(object(object(choices[0])['delta'])['content']);
      if (delta !== null && content === null) updates.push({ kind: 'append', text: delta });
      return updates;
    }
    case 'message':
    case 'chat:message:delta': {
      const content = text(data['content']);
      return content === null ? [] : [{ kind: 'append', text: content }];
    }
    case 'replace':
    case 'chat:message': {
      const content = text(data['content']);
      return content === null ? [] : [{ kind: 'replace', text: content }];
    }
    case 'chat:message:error':
      return [{ kind: 'failed', words: errorWords(data['error']), text: null }];
    case 'chat:tasks:cancel':
      return [{ kind: 'stopped' }];
    case 'chat:title': {
      const title = text(raw) ?? text(data['title']);
      return title === null ? [] : [{ kind: 'title', title }];
    }
    case 'confirmation':
    case 'input':
      return [
        {
          kind: 'needs_input',
          words: text(data['title']) ?? text(data['message']) ?? 'The answer waits for you.',
        },
      ];
    default:
      return [];
  }
}

import { textOf, withoutDetails } from '../chats/message.ts';
import { DEMO_MODEL_ID } from '../models/demo-model.ts';
import { readMessage } from '../models/model-source.ts';
import type { ModelRegistry } from '../models/registry.ts';

const MAX_TITLE = 80;
/** Enough of a prompt to know what it is about. */
const MAX_PROMPT = 4000;

const INSTRUCTION =
  'Write a title of three to six words for the conversation below, in the language it is written in. ' +
  'Answer with the title alone: no quotation marks, no explanation.\n\nConversation:\n';

/** A title from the beginning of a prompt: its first line, cut at a word. */
export function plainTitle(prompt: string, maxLength = 50): string {
  const line = prompt.trim().split('\n', 1)[0]?.replace(/\s+/g, ' ').trim() ?? '';
  const points = Array.from(line);
  if (points.length <= maxLength) return line === '' ? 'New Chat' : line;
  const cut = points.slice(0, maxLength).join('');
  return `${cut.replace(/\s+\S*$/, '') || cut}…`;
}

/** The title in a model's words: from JSON, without thinking, quotes or "Title:". Null when nothing is left. */
export function readTitle(answer: string): string | null {
  const text = answer.replace(/<(think|thinking|reasoning)>[\s\S]*?<\/\1>/gi, '').trim();
  const json = /"title"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text);
  const line = json?.[1]?.replace(/\\(.)/g, '$1') ?? text.split('\n').find((l) => l.trim() !== '') ?? '';
  const clean = unwrap(unwrap(line.replace(/^\s*#+\s*/, '').replace(/^\s*title\s*:\s*/i, '')));
  return clean === '' ? null : Array.from(clean).slice(0, MAX_TITLE).join('');
}

/** Without emphasis, a full stop, or quotes around the whole. */
function unwrap(text: string): string {
  const bare = text.trim().replace(/^[*_]+|[*_.]+$/g, '');
  return (/^["'“„«](.*)["'”“»]$/.exec(bare)?.[1] ?? bare).trim();
}

/** Asks the model for a title of the conversation; null when it gives none. The demo model's is the prompt's beginning. */
export async function makeTitle(
  models: ModelRegistry,
  model: string,
  messages: Record<string, unknown>[],
  signal: AbortSignal,
): Promise<string | null> {
  const prompt = textOf(messages.find((message) => message.role === 'user')?.content);
  if (model === DEMO_MODEL_ID) return plainTitle(prompt);
  const conversation = messages
    .filter((message) => message.role === 'user' || message.role === 'assistant')
    .slice(0, 2)
    .map(
      (message) => `${String(message.role)}: ${withoutDetails(textOf(message.content)).slice(0, MAX_PROMPT)}`,
    )
    .join('\n');
  const request = { model, stream: false, messages: [{ role: 'user', content: INSTRUCTION + conversation }] };
  const done = await models.complete(request, signal);
  return done.kind === 'whole' ? readTitle(readMessage(done.body).text) : null;
}

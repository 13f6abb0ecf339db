import type { Clock } from '../../main/ports.ts';
import { readDelta, readMessage, readUsage, type JsonObject } from '../models/model-source.ts';

export interface Reply {
  addChunk: (chunk: JsonObject) => void;
  addWhole: (body: JsonObject) => void;
  /** What to store and show: thinking in a `<details>` block as Open WebUI has it, then the text. */
  content: (finished: boolean) => string;
  /** The same as Responses-like items. */
  output: () => JsonObject[];
  usage: () => JsonObject | null;
}

const THINK_OPEN = /^\s*<(think|thinking|reasoning)>/i;
/** So short that it may still become an opening tag. */
const MAY_BECOME_TAG = /^\s*<[a-z]{0,9}$/i;

/** Collects an answer from chunks or a whole body. Thinking comes in a field of its own or between tags at the start. */
export function createReply(clock: Clock): Reply {
  let raw = '';
  let thinkingField = '';
  let usage: JsonObject | null = null;
  let thinkingSince: number | null = null;
  let thoughtMs: number | null = null;

  const note = () => {
    const { thinking, thinkingDone } = parts();
    if (thinking === '') return;
    thinkingSince ??= clock.monotonic();
    if (thinkingDone) thoughtMs ??= clock.monotonic() - thinkingSince;
  };
  const parts = () => {
    const split = splitThinking(raw);
    return {
      text: split.text,
      thinking: thinkingField + split.thinking,
      thinkingDone: split.closed && (thinkingField === '' || split.text !== ''),
    };
  };
  const seconds = () =>
    Math.round((thoughtMs ?? clock.monotonic() - (thinkingSince ?? clock.monotonic())) / 1000);

  return {
    addChunk: (chunk) => {
      const delta = readDelta(chunk);
      raw += delta.text;
      thinkingField += delta.thinking;
      usage = readUsage(chunk) ?? usage;
      // Only while there is thinking: taking a long answer apart at every chunk would cost its square.
      if (thoughtMs === null && (thinkingField !== '' || THINK_OPEN.test(raw.slice(0, 40)))) note();
    },
    addWhole: (body) => {
      const message = readMessage(body);
      raw += message.text;
      thinkingField += message.thinking;
      usage = readUsage(body) ?? usage;
    },
    content: (finished) => {
      const { text, thinking, thinkingDone } = parts();
      if (thinking.trim() === '') return text;
      const done = thinkingDone || finished;
      const summary = done ? `Thought for ${seconds()} seconds` : 'Thinking…';
      const lines = escapeHtml(thinking.trim()).replace(/^/gm, '> ');
      return `<details type="reasoning" done="${done}"${done ? ` duration="${seconds()}"` : ''}>\n<summary>${summary}</summary>\n${lines}\n</details>\n${text}`;
    },
    output: () => {
      const { text, thinking } = parts();
      const item = (type: string, words: string, more: JsonObject): JsonObject => ({
        type,
        status: 'completed',
        content: [{ type: 'output_text', text: words }],
        ...more,
      });
      return [
        ...(thinking.trim() === ''
          ? []
          : [item('reasoning', thinking.trim(), { duration: seconds(), summary: null })]),
        item('message', text, { role: 'assistant' }),
      ];
    },
    usage: () => usage,
  };
}

function splitThinking(raw: string): { thinking: string; text: string; closed: boolean } {
  const open = THINK_OPEN.exec(raw);
  if (!open) return { thinking: '', text: MAY_BECOME_TAG.test(raw) ? '' : raw, closed: true };
  const rest = raw.slice(open[0].length);
  const close = new RegExp(`</${open[1] ?? ''}>\\s*`, 'i').exec(rest);
  if (!close) return { thinking: rest, text: '', closed: false };
  return {
    thinking: rest.slice(0, close.index),
    text: rest.slice(close.index + close[0].length),
    closed: true,
  };
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

import { textOf } from '../chats/message.ts';
import type { Clock } from '../../main/ports.ts';
import type {
  Completion,
  CompletionRequest,
  JsonObject,
  ModelEntry,
  ModelPiece,
  ModelSource,
} from './model-source.ts';

export const DEMO_MODEL_ID = 'hark-demo';
const MAX_SLOW_S = 3600;
const MAX_WORDS = 20_000;
/** ms between pieces of an answer without a set duration. */
const PACE_MS = 20;
const WORDS_PER_PIECE = 3;

export const DEMO_ENTRY: ModelEntry = {
  id: DEMO_MODEL_ID,
  name: 'Hark demo',
  object: 'model',
  created: 0,
  owned_by: 'demo',
  connection_type: 'local',
  info: {
    meta: {
      description:
        'Answers with sample text, to try Hark without a model. Type /slow 20 for an answer that takes 20 seconds.',
      capabilities: { vision: false, file_upload: false },
    },
    params: {},
  },
  actions: [],
  tags: [],
};

const HELP = `- \`/slow 20\` answers over 20 seconds: ask, look away, and see the call come in
- \`/fail\` ends in an error
- \`/markdown\` shows headings, code, a table, a list and a quote
- \`/long 500\` answers with 500 words`;

const SAMPLE = `# A heading

A paragraph with **bold**, *italic* and \`code\` in it, and [a link](https://example.com/).

## A list

1. First
2. Second
   - nested
   - [x] ticked

> A quote, which may run over
> more than one line.

## Code

\`\`\`ts
const greet = (name: string): string => \`Hello, \${name}!\`;
console.log(greet('world'));
\`\`\`

## A table

| Receiver | Needs an account |
| --- | :-: |
| ntfy | no |
| Slack | yes |

---

This is sample text from the demo model.
`;

const LONG_WORDS =
  'This is a demo answer of a given length whose words mean nothing and repeat until there are enough of them'.split(
    ' ',
  );

/** What the demo model will say to a prompt: always the same for the same prompt. */
export interface DemoPlan {
  text: string;
  /** ms the whole answer takes; null for the usual pace. */
  overMs: number | null;
  /** Words of the error to end with. */
  fails: string | null;
}

/** Reads the prompt's command, if it starts with one. */
export function planDemo(prompt: string): DemoPlan {
  const match = /^\s*\/(slow|fail|markdown|long)\b[ \t]*([^\s]*)/i.exec(prompt);
  const plain = { overMs: null, fails: null };
  switch (match?.[1]?.toLowerCase()) {
    case 'slow': {
      const asked = Number((match?.[2] ?? '').replace(',', '.').replace(/s$/i, ''));
      const seconds = match?.[2] && Number.isFinite(asked) && asked >= 0 ? Math.min(asked, MAX_SLOW_S) : 10;
      const text = `This is a demo answer that takes ${seconds} ${seconds === 1 ? 'second' : 'seconds'} on purpose. Close or leave the window: when the last word is written, Hark calls you, if a webhook is set. That was the last word.`;
      return { text, overMs: seconds * 1000, fails: null };
    }
    case 'fail':
      return {
        ...plain,
        text: 'This demo answer ends in an error',
        fails: 'The demo model failed, as you asked with /fail.',
      };
    case 'markdown':
      return { ...plain, text: SAMPLE };
    case 'long': {
      const asked = Number.parseInt(match?.[2] ?? '', 10);
      const count = Number.isInteger(asked) && asked > 0 ? Math.min(asked, MAX_WORDS) : 500;
      return {
        ...plain,
        text: Array.from({ length: count }, (_, i) => LONG_WORDS[i % LONG_WORDS.length]).join(' '),
      };
    }
    default:
      return { ...plain, text: demoText(prompt) };
  }
}

function demoText(prompt: string): string {
  const words = prompt.trim().split(/\s+/);
  const quoted = words.slice(0, 12).join(' ') + (words.length > 12 ? ' …' : '');
  const heard = prompt.trim() === '' ? '' : ` You wrote: “${quoted}”`;
  return `This is a demo answer: no model is connected yet, so nothing here was thought about.${heard}\n\nTry one of these:\n\n${HELP}\n\nAn administrator can connect a model under Admin, Connections.`;
}

/** The model that needs nothing: streams its plan in small pieces and can be stopped at any of them. */
export function createDemoModel(clock: Clock): ModelSource {
  return {
    complete: async (request, signal): Promise<Completion> => {
      const prompt = lastPrompt(request);
      const plan = planDemo(prompt);
      const usage = usageOf(prompt, plan.text);
      if (request.stream) return { kind: 'stream', pieces: speak(plan, usage, clock, signal) };
      let failure: string | null = null;
      for await (const piece of speak(plan, usage, clock, signal))
        if ('error' in piece) failure = piece.error;
      if (failure !== null) return { kind: 'refused', status: 500, words: failure };
      return {
        kind: 'whole',
        body: {
          ...head(clock, 'chat.completion'),
          choices: [
            {
              index: 0,
              message: { role: 'assistant', content: plan.text },
              finish_reason: 'stop',
              logprobs: null,
            },
          ],
          usage,
        },
      };
    },
  };
}

async function* speak(
  plan: DemoPlan,
  usage: JsonObject,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<ModelPiece> {
  const top = head(clock, 'chat.completion.chunk');
  const say = (delta: JsonObject, finish: string | null = null): ModelPiece => ({
    chunk: { ...top, choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }] },
  });
  const pieces = plan.text.match(new RegExp(`(?:\\S+\\s*|\\s+){1,${WORDS_PER_PIECE}}`, 'g')) ?? [];
  const pause = plan.overMs === null ? PACE_MS : plan.overMs / Math.max(1, pieces.length);
  const start = clock.monotonic();
  yield say({ role: 'assistant', content: '' });
  for (const [i, text] of pieces.entries()) {
    // Against the start, so that late timers do not add up.
    await sleepUntil(start + pause * (i + 1), clock, signal);
    if (signal.aborted) return;
    yield say({ content: text });
  }
  if (plan.fails !== null) {
    yield { error: plan.fails };
    return;
  }
  yield say({}, 'stop');
  yield { chunk: { ...top, choices: [], usage } };
}

function sleepUntil(at: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(Math.max(0, at - clock.monotonic()), finish);
    signal.addEventListener('abort', finish, { once: true });
  });
}

const head = (clock: Clock, object: string): JsonObject => ({
  id: 'chatcmpl-hark-demo',
  object,
  created: Math.floor(clock.now() / 1000),
  model: DEMO_MODEL_ID,
});

const lastPrompt = (request: CompletionRequest): string =>
  textOf(request.messages.findLast((message) => message.role === 'user')?.content);

/** Words stand in for tokens. */
function usageOf(prompt: string, text: string): JsonObject {
  const count = (t: string) => t.trim().split(/\s+/).filter(Boolean).length;
  const [prompt_tokens, completion_tokens] = [count(prompt), count(text)];
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

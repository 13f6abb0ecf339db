import * as z from 'zod';

/** A message as clients send it: known fields checked, all others kept as they are. */
export const wireMessage = z.looseObject({
  id: z.string().min(1).max(200).optional(),
  parentId: z.string().max(200).nullish(),
  childrenIds: z.array(z.string().max(200)).optional().catch([]),
  role: z.string().max(40).optional(),
  content: z.unknown().optional(),
  done: z.boolean().nullish().catch(null),
  error: z.unknown().optional(),
});
export type WireMessage = z.infer<typeof wireMessage>;

/** A chat as clients send it. */
export const wireChat = z.looseObject({
  title: z.string().max(1000).optional(),
  models: z.array(z.string().max(1000)).max(100).optional(),
  history: z
    .looseObject({
      currentId: z.string().max(200).nullish(),
      messages: z.record(z.string().min(1).max(200), wireMessage).default({}),
    })
    .nullish(),
});
export type WireChat = z.infer<typeof wireChat>;

/** A stored message: its id is always there. */
export type StoredMessage = WireMessage & { id: string };

/** An answer the server still owes: only an explicit `done: false` counts, imported chats often lack the mark. */
export const isUnfinished = (message: WireMessage): boolean =>
  message.role === 'assistant' && message.done === false && !message.error;

/** The readable text of a message: plain, or the text parts of a list. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => {
      const text = (part as { text?: unknown } | null)?.text;
      return typeof text === 'string' ? text : '';
    })
    .filter((text) => text !== '')
    .join('\n');
}

/** Text without the `<details>` blocks in which thinking and tool calls are stored. */
export const withoutDetails = (text: string): string =>
  text.includes('<details')
    ? text.replace(/<details type="(?:reasoning|tool_calls|code_interpreter)"[\s\S]*?<\/details>\n?/g, '')
    : text;

import * as z from 'zod';
import { textOf, wireMessage, withoutDetails } from '../chats/message.ts';
import type { CompletionRequest } from '../models/model-source.ts';

const id = z.string().min(1).max(200);

/** A completion request: OpenAI's fields, and Open WebUI's own which make the server keep the chat. */
export const completionForm = z.looseObject({
  model: z.string().min(1).max(1000),
  messages: z
    .array(z.looseObject({ role: z.string().max(40) }))
    .max(100_000)
    .optional(),
  stream: z.boolean().nullish(),
  chat_id: z.string().max(200).nullish(),
  /** Absent: the caller keeps the chat. null: a new chat. Otherwise the message before the prompt. */
  parent_id: z.string().max(200).nullish(),
  /** The assistant message's id, made by the caller. */
  id: id.nullish(),
  message_ids: z.record(z.string().max(1000), id).nullish(),
  user_message: wireMessage.nullish(),
  parent_message: wireMessage.nullish(),
  session_id: z.string().max(200).nullish(),
  folder_id: z.string().max(200).nullish(),
  background_tasks: z.record(z.string(), z.unknown()).nullish(),
  params: z.record(z.string(), z.unknown()).nullish(),
});
export type CompletionForm = z.infer<typeof completionForm>;

/** Fields meant for the server; endpoints that check strictly would refuse them. */
const OWN_FIELDS = new Set([
  ...Object.keys(completionForm.shape),
  'assistant_message_id',
  'new_chat',
  'filter_ids',
  'tool_ids',
  'tool_servers',
  'skill_ids',
  'terminal_id',
  'files',
  'features',
  'variables',
  'model_item',
  'metadata',
]);
/** Of Open WebUI's `params`, those that are OpenAI's. */
const MODEL_PARAMS = new Set([
  'temperature',
  'top_p',
  'max_tokens',
  'max_completion_tokens',
  'seed',
  'stop',
  'frequency_penalty',
  'presence_penalty',
  'reasoning_effort',
  'logit_bias',
  'response_format',
]);
const MESSAGE_FIELDS = ['role', 'content', 'name', 'tool_calls', 'tool_call_id', 'refusal', 'audio'];

/** The request for the model's endpoint: OpenAI's fields alone, thinking taken out of former answers. */
export function modelRequest(
  form: CompletionForm,
  model: string,
  messages: Record<string, unknown>[],
  stream: boolean,
): CompletionRequest {
  const options = Object.entries(form).filter(([key]) => !OWN_FIELDS.has(key));
  const params = Object.entries(form.params ?? {}).filter(([key]) => MODEL_PARAMS.has(key));
  const cleaned = messages.map((message) => {
    const kept = Object.entries(message).filter(([key]) => MESSAGE_FIELDS.includes(key));
    const copy: Record<string, unknown> = Object.fromEntries(kept);
    if (copy.role === 'assistant' && typeof copy.content === 'string')
      copy.content = withoutDetails(copy.content);
    return copy;
  });
  const system = form.params?.system;
  if (typeof system === 'string' && system.trim() !== '' && cleaned[0]?.role !== 'system')
    cleaned.unshift({ role: 'system', content: system });
  return { ...Object.fromEntries(params), ...Object.fromEntries(options), model, messages: cleaned, stream };
}

/** The prompt of a request: its last user message. */
export const promptOf = (messages: Record<string, unknown>[]): string =>
  textOf(messages.findLast((message) => message.role === 'user')?.content);

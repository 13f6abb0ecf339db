import type { Receiver } from '../types.ts';
import { answerWords, jsonOf, judgeStatus, objectAt, stringAt } from '../judge.ts';
import { compose, headlineText, INCLUDE_OPTION } from '../message.ts';
import { cardRun, cutEscaped } from '../text.ts';
import { hostOf, onHost, postJson, unencrypted, underDomain, withoutFragment } from './common.ts';

const WORKFLOW_DOMAINS = [
  'logic.azure.com',
  'logic.azure.us',
  'api.powerplatform.com',
  'api.powerplatform.us',
];
const WORKFLOW_PATH = /\/workflows\/[\w-]+\/triggers\/manual\/paths\/invoke\/?$/;
// Teams takes about 28 KB in all; the parts below add up to far less even in four-byte characters.
const HEADLINE_MAX = 200;
const PART_MAX = 2000;
const LINES_MAX = 30;

const isRetired = (url: URL): boolean =>
  hostOf(url).endsWith('.webhook.office.com') ||
  (onHost(url, ['outlook.office.com', 'outlook.office365.com']) && url.pathname.startsWith('/webhook/'));

/** A paragraph of runs: unlike TextBlock they know no Markdown, so that user text stays text. */
const paragraph = (text: string, more: object = {}, spacing = 'Default'): object => ({
  type: 'RichTextBlock',
  spacing,
  inlines: [{ type: 'TextRun', text, ...more }],
});

/** Runs do not break lines everywhere, so each line is a paragraph; an overlong list of lines is joined. */
function paragraphs(text: string): object[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const shown = lines.slice(0, LINES_MAX - 1);
  if (lines.length > shown.length) shown.push(lines.slice(shown.length).join(' '));
  return shown.map((line) => paragraph(line, {}, 'None'));
}

/** Microsoft Teams by Power Automate Workflows ("When a Teams webhook request is received"). */
export const teams: Receiver = {
  kind: 'teams',
  label: 'Microsoft Teams (Workflows)',
  recognise: (url) =>
    isRetired(url) ||
    (WORKFLOW_DOMAINS.some((domain) => underDomain(url, domain)) &&
      WORKFLOW_PATH.test(url.pathname) &&
      url.searchParams.has('sig')),
  warnings: (url) => [
    ...unencrypted(url, 'Microsoft Teams'),
    ...(isRetired(url)
      ? [
          'This is an Office 365 connector, which Microsoft has retired. In Teams, make a Workflow with "When a Teams webhook request is received" and use its address.',
        ]
      : []),
  ],
  options: [INCLUDE_OPTION],
  build: (input) => {
    const message = compose(input);
    const body: object[] = [
      paragraph(headlineText(message, HEADLINE_MAX, 'utf16', cardRun), { weight: 'Bolder', size: 'Medium' }),
    ];
    for (const part of message.parts)
      body.push(
        paragraph(part.label, { isSubtle: true }),
        ...paragraphs(cutEscaped(part.text, Math.min(part.max, PART_MAX), 'utf16', cardRun)),
      );
    for (const item of message.items)
      body.push(paragraph(`• ${cutEscaped(item, 120, 'utf16', cardRun)}`, {}, 'None'));
    if (message.more > 0) body.push(paragraph(`and ${message.more} more`, {}, 'None'));
    if (message.facts !== '')
      body.push(paragraph(cutEscaped(message.facts, 200, 'utf16', cardRun), { isSubtle: true }));
    const actions =
      message.link === null
        ? {}
        : { actions: [{ type: 'Action.OpenUrl', title: 'Open the chat', url: message.link }] };
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      body,
      ...actions,
      msteams: { width: 'Full' },
    };
    const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
    return postJson(withoutFragment(input.url), { type: 'message', attachments: [attachment] });
  },
  judge: (answer, now) => {
    const json = jsonOf(answer);
    const code = stringAt(objectAt(json, 'error'), 'code');
    if (/^Workflow(Trigger)?(NotFound|IsNotEnabled|Disabled|Deleted)$/i.test(code))
      return { kind: 'gone', words: answerWords(answer, 'The workflow was deleted or turned off in Teams.') };
    if (answer.status < 200 || answer.status >= 300) return judgeStatus(answer, now);
    // Connectors said 200 and put the real status into the text.
    const hidden = /HTTP error (\d{3})/i.exec(answer.body)?.[1];
    if (hidden !== undefined) {
      const verdict = judgeStatus({ ...answer, status: Number(hidden) }, now);
      return { ...verdict, words: answerWords(answer) };
    }
    if (code !== '') return { kind: 'rejected', words: answerWords(answer) };
    return answer.status === 202
      ? {
          kind: 'delivered',
          words: 'HTTP 202 Accepted: the workflow was started; Teams does not say whether it posted.',
        }
      : judgeStatus(answer, now);
  },
  idempotent: false,
};

import type { ReceiverKind } from '../../../shared/webhooks.ts';
import type { Receiver } from '../types.ts';
import { discord } from './discord.ts';
import { generic } from './generic.ts';
import { googleChat } from './google_chat.ts';
import { gotify } from './gotify.ts';
import { homeAssistant } from './home_assistant.ts';
import { mattermost } from './mattermost.ts';
import { ntfy } from './ntfy.ts';
import { pushover } from './pushover.ts';
import { rocketChat } from './rocket_chat.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { telegram } from './telegram.ts';

const BY_KIND: Record<ReceiverKind, Receiver> = {
  slack,
  discord,
  telegram,
  pushover,
  google_chat: googleChat,
  teams,
  home_assistant: homeAssistant,
  gotify,
  rocket_chat: rocketChat,
  mattermost,
  ntfy,
  generic,
};

/**
 * Every receiver, in the order in which URLs are tried: services with a host of their own first, those known by
 * their path next, `generic`, which recognises nothing, last.
 */
export const RECEIVERS: readonly Receiver[] = Object.values(BY_KIND);

/** The receiver of a kind. */
export const receiverOf = (kind: ReceiverKind): Receiver => BY_KIND[kind];

/** Whose webhook a URL is, by parsed host and path; `generic` when it is surely nobody's. */
export const recogniseReceiver = (url: URL): ReceiverKind =>
  RECEIVERS.find((receiver) => receiver.recognise(url))?.kind ?? 'generic';

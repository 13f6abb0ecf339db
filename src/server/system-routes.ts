import { answer } from './http/answer.ts';
import { route, type Route } from './http/router.ts';
import type { ServerContext } from './context.ts';

/** The release of Open WebUI whose routes and shapes this server follows. */
export const VERSION = '0.9.6';
/** Of the routes under /api/v1/hark; clients tell this server from Open WebUI by the block in /api/config. */
const HARK_API = 1;

/** What a client asks before anything else. */
export function systemRoutes(context: ServerContext): Route[] {
  const { settings, users, name, deploymentId } = context;
  return [
    route({ method: 'GET', path: '/health', access: 'anyone', handle: () => answer({ status: true }) }),
    route({
      method: 'GET',
      path: '/api/version',
      access: 'anyone',
      handle: () => answer({ version: VERSION, deployment_id: deploymentId }),
    }),
    route({
      method: 'GET',
      path: '/api/config',
      access: 'optional',
      handle: ({ user }) => {
        const admin = settings.get();
        const onboarding = !users.any();
        const features = {
          auth: true,
          auth_trusted_header: false,
          enable_signup: onboarding || admin.ENABLE_SIGNUP,
          enable_signup_password_confirmation: false,
          enable_ldap: false,
          enable_login_form: true,
          enable_websocket: true,
        };
        const common = {
          ...(onboarding ? { onboarding: true } : {}),
          status: true,
          name,
          version: VERSION,
          default_locale: '',
          oauth: { providers: {}, auto_redirect: false },
          hark: { api: HARK_API },
        };
        if (!user) return answer({ ...common, features });
        if (user.role === 'pending')
          return answer({
            ...common,
            features,
            ui: {
              pending_user_overlay_title: admin.PENDING_USER_OVERLAY_TITLE ?? '',
              pending_user_overlay_content: admin.PENDING_USER_OVERLAY_CONTENT ?? '',
            },
          });
        return answer({
          ...common,
          features: {
            ...features,
            enable_api_keys: false,
            enable_password_change_form: true,
            enable_direct_connections: false,
            enable_folders: admin.ENABLE_FOLDERS,
            enable_channels: false,
            enable_calendar: false,
            enable_automations: false,
            enable_notes: false,
            enable_web_search: false,
            enable_code_execution: false,
            enable_code_interpreter: false,
            enable_image_generation: false,
            enable_autocomplete_generation: false,
            enable_message_rating: admin.ENABLE_MESSAGE_RATING,
            enable_community_sharing: false,
            enable_user_webhooks: admin.ENABLE_USER_WEBHOOKS,
            enable_user_status: false,
            enable_memories: false,
          },
          default_models: null,
          default_prompt_suggestions: [],
          file: { max_size: null, max_count: null, image_compression: { width: null, height: null } },
          ui: { pending_user_overlay_title: '', pending_user_overlay_content: '' },
        });
      },
    }),
  ];
}

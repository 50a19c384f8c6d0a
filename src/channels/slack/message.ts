import type { ChatText } from '../chat-text.ts';
import type { JsonObject } from '../http-call.ts';

/**
 * A text for Slack as a block of rich text: its elements of type `text` are shown as they are, so that
 * nothing in them is a mention, a link, an emoji or markup
 * (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block). `text` is what notifications show,
 * with the three signs escaped that control sequences begin with
 * (https://docs.slack.dev/messaging/formatting-message-text#escaping).
 */
export function slackMessage({ head, body }: ChatText): JsonObject {
  const line = { type: 'rich_text_section', elements: [{ type: 'text', text: head, style: { bold: true } }] };
  const block = { type: 'rich_text_preformatted', elements: [{ type: 'text', text: body }] };
  const elements = [...(head === '' ? [] : [line]), ...(body === '' ? [] : [block])];
  return {
    text: escapeSlack([head, body].filter((text) => text !== '').join('\n')),
    ...(elements.length === 0 ? {} : { blocks: [{ type: 'rich_text', elements }] }),
    mrkdwn: false,
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  };
}

const escapeSlack = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => (sign === '&' ? '&amp;' : sign === '<' ? '&lt;' : '&gt;'));

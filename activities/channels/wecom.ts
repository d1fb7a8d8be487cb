import { askedOf, type Channel } from './channel.ts';
import { postJson, requireErrcode0 } from './post-json.ts';

/** System busy; sent too often. */
const later = [-1, 45009, 45033];

/** A message by a WeCom (企业微信) group robot that mentions the person. The robot's key stands in `url`. */
export const createWeComChannel =
  ({ url }: { url: string }): Channel =>
  async ({ address, short }) => {
    const isMobile = /^\+?\d[\d-]{5,}$/.test(address);
    const body = JSON.stringify({
      msgtype: 'text',
      text: {
        content: short,
        ...(isMobile ? { mentioned_mobile_list: [address] } : { mentioned_list: [address] }),
      },
    });
    const asked = askedOf('wecom');
    requireErrcode0(await postJson(url, { body }, asked), later, asked);
  };

/** An element of an XML document; `text` is its own character data, in one piece. */
export interface Element {
  tag: string;
  attributes: { [name: string]: string };
  children: Element[];
  text: string;
}

const piece =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/y;

const entities: { [name: string]: string } = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const decode = (text: string): string =>
  text.replace(/&(#?\w+);/g, (whole, name: string) =>
    name.startsWith('#')
      ? String.fromCodePoint(Number(name.slice(1).replace('x', '0x')))
      : (entities[name] ?? whole),
  );

const attributesOf = (source: string): { [name: string]: string } =>
  Object.fromEntries(
    [...source.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name, double, single]) => [
      name,
      decode(double ?? single ?? ''),
    ]),
  );

/**
 * Parses the XML that the SCXML test suites are written in: no document types, no namespaces resolved.
 *
 * @throws Error for what is not well formed
 */
export const parseXml = (source: string): Element => {
  const root: Element = { tag: '', attributes: {}, children: [], text: '' };
  const open = [root];
  piece.lastIndex = 0;
  while (piece.lastIndex < source.length) {
    const at = piece.lastIndex;
    const match = piece.exec(source);
    const inner = open.at(-1);
    if (!match || !inner) {
      throw new Error(`Not well formed at ${at}: ${source.slice(at, at + 40)}`);
    }
    const [, cdata, closed, opened, attributes = '', empty, text] = match;
    if (closed !== undefined) {
      if (inner.tag !== closed) {
        throw new Error(`</${closed}> closes <${inner.tag}>`);
      }
      open.pop();
    } else if (opened !== undefined) {
      const element: Element = { tag: opened, attributes: attributesOf(attributes), children: [], text: '' };
      inner.children.push(element);
      if (empty === '') {
        open.push(element);
      }
    } else {
      inner.text += cdata ?? decode(text ?? '');
    }
  }
  const [document] = root.children;
  if (open.length !== 1 || !document) {
    throw new Error(`<${open.at(-1)?.tag}> is not closed`);
  }
  return document;
};

import type { HttpMapping, OperationMapping } from './http-mapping.ts';
import { fillBody, fillText, type Parameters } from './http-template.ts';
import { type Asked, PortFailure } from './port-failure.ts';

/** Characters of one value in a path, query or header. */
const valueCharsMax = 200;

export interface HttpRequest {
  url: URL;
  method: string;
  headers: { [name: string]: string };
  body?: string;
}

/**
 * The request for an operation, its placeholders filled.
 * @throws PortFailure `PORT_INPUT_INVALID` for a value that would leave its place in the address or header
 */
export const httpRequest = (
  mapping: HttpMapping,
  operation: OperationMapping,
  parameters: Parameters,
  asked: Asked,
): HttpRequest => {
  const refuse = (): never => {
    throw new PortFailure(asked, 'PORT_INPUT_INVALID', 'a value cannot be part of an address or a header');
  };
  const bounded = (value: string): string =>
    value.length > valueCharsMax || !value.isWellFormed() ? refuse() : value;
  const segment = (value: string): string => {
    // Even percent-encoded, "." and ".." are steps in a URL, and an empty segment is another address.
    if (value === '' || value === '.' || value === '..') refuse();
    return encodeURIComponent(bounded(value));
  };
  const url = new URL(mapping.baseUrl.replace(/\/+$/, '') + fillText(operation.path, parameters, segment));
  for (const [name, template] of Object.entries(operation.query ?? {})) {
    url.searchParams.set(name, fillText(template, parameters, bounded));
  }
  const headers: { [name: string]: string } = { accept: 'application/json' };
  for (const [name, template] of Object.entries(operation.headers ?? {})) {
    const value = fillText(template, parameters, bounded);
    headers[name.toLowerCase()] = /^[\x20-\x7e]*$/.test(value) ? value : refuse();
  }
  if (operation.body === undefined) {
    return { url, method: operation.method, headers };
  }
  headers['content-type'] = 'application/json';
  return {
    url,
    method: operation.method,
    headers,
    body: JSON.stringify(fillBody(operation.body, parameters)),
  };
};

import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { documentBytesMax, openDocument, sealDocument } from '../../db/vault/documents.ts';
import { openValues } from '../../db/vault/open-values.ts';
import type { AppEnv } from '../env.ts';
import { mediaTypeOf, mediaTypes } from '../media-type.ts';
import { idPattern, visibleCase } from '../present-case.ts';
import { Condition, problemResponse, Refused } from '../problem.ts';
import { recordRead } from '../record-read.ts';
import { maySeePersonal, maySeeRestricted } from '../rights.ts';
import { newRouter, on, type Router } from '../router.ts';
import { caseAnswers } from '../schemas/case.ts';
import { CaseId, commandHeaders, commandProblems, commonFields, readProblems } from '../schemas/common.ts';
import { subjectOf } from '../seal.ts';
import { sendToCase } from '../send-to-case.ts';
import type { Services } from '../services.ts';

/** What surrounds the file in the upload's own format. */
const envelopeBytesMax = 64 * 1024;

const Upload = z.strictObject({
  file: z.instanceof(File).openapi({ type: 'string', format: 'binary' }),
  key: z.string().min(1).max(80).optional().describe('Key of the checklist; default `other`'),
  reason: commonFields.reason,
  occurredAt: commonFields.occurredAt,
  /** JSON, as in other commands. */
  onBehalfOf: z.string().max(400).optional(),
});

const upload = createRoute({
  method: 'post',
  path: '/v1/cases/{caseId}/documents',
  summary: `Add a document: ${mediaTypes.join(', ')}; at most 20 MB`,
  tags: ['Documents'],
  middleware: bodyLimit({
    maxSize: documentBytesMax + envelopeBytesMax,
    onError: (c) => problemResponse(c, 'BODY_TOO_LARGE', `A document may have ${documentBytesMax} bytes.`),
  }),
  request: {
    params: z.object({ caseId: CaseId }),
    headers: commandHeaders,
    body: { required: true, content: { 'multipart/form-data': { schema: Upload } } },
  },
  responses: { ...caseAnswers, ...commandProblems },
});

const download = createRoute({
  method: 'get',
  path: '/v1/cases/{caseId}/documents/{documentId}',
  summary: 'Download a document; that is recorded',
  tags: ['Documents'],
  request: { params: z.object({ caseId: CaseId, documentId: z.string().min(1).max(200) }) },
  responses: {
    200: { description: 'Its bytes', content: { 'application/octet-stream': { schema: z.string() } } },
    ...readProblems,
  },
});

export const documentRoutes = (services: Services): Router => {
  const router = newRouter();
  on(router, upload, async (c) => {
    const { caseId } = c.req.valid('param');
    const { file, key = 'other', reason, occurredAt, onBehalfOf } = c.req.valid('form');
    const bytes = new Uint8Array(await file.arrayBuffer());
    const mediaType = mediaTypeOf(bytes);
    if (bytes.byteLength === 0 || mediaType === undefined) {
      throw new Condition('MEDIA_TYPE_UNSUPPORTED', `The file is none of: ${mediaTypes.join(', ')}.`);
    }
    if (bytes.byteLength > documentBytesMax) {
      throw new Condition('BODY_TOO_LARGE', `A document may have ${documentBytesMax} bytes.`);
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const name = file.name.toWellFormed().slice(0, 255);
    return sendToCase(services, c, {
      caseId,
      common: { reason, occurredAt, onBehalfOf: parseOnBehalfOf(onBehalfOf) },
      fingerprint: { key, sha256, name, reason: reason ?? null, occurredAt: occurredAt ?? null },
      clear: ({ published }) => {
        requireKnownKey(Object.keys(published.runtime.documents ?? {}), key);
        return { texts: name === '' ? {} : { 'document-name': name } };
      },
      command: async ({ id, target, texts }) => {
        const { tenant } = target.row;
        const documentId = `doc-${id.slice(0, 32)}`;
        await sealDocument(services.vault, { tenant, caseId, documentId, subject: subjectOf(caseId) }, bytes);
        const sealedName = texts['document-name'];
        return {
          type: 'document',
          document: {
            id: documentId,
            key,
            sha256,
            sizeBytes: bytes.byteLength,
            mediaType,
            ...(sealedName === undefined ? {} : { name: sealedName }),
          },
        };
      },
    });
  });

  on(router, download, async (c) => {
    const { caseId, documentId } = c.req.valid('param');
    const person = c.get('person');
    const row = await visibleCase(services, person, caseId);
    const { runtime } = await services.definitions.ofCase(row.tenant, row.definitionHash);
    const document = row.state.documents.find(({ id }) => id === documentId);
    const visible =
      document !== undefined &&
      maySeePersonal(person) &&
      maySeeRestricted(person, runtime.documents?.[document.key]?.['x-restricted']);
    if (!visible || !idPattern.test(documentId)) {
      throw new Condition('NOT_FOUND', 'There is no such document.');
    }
    const opened = await openDocument(services.vault, { tenant: row.tenant, caseId, documentId });
    if (!opened || 'erased' in opened) {
      throw new Condition('NOT_FOUND', 'The document has been erased.');
    }
    await recordRead(services, c, 'document.read', { kind: 'case', id: caseId }, { documentId });
    return bytesResponse(c, opened.bytes, {
      mediaType: document.mediaType ?? 'application/octet-stream',
      name: await nameOf(services, row.tenant, document.name?.ref, documentId),
    });
  });
  return router;
};

const requireKnownKey = (known: string[], key: string): void => {
  if (key !== 'other' && !known.includes(key)) {
    throw new Refused('DOCUMENT_UNKNOWN', `The checklist knows: ${[...known, 'other'].join(', ')}.`, {
      errors: [{ pointer: '/key', message: 'is not on the checklist' }],
    });
  }
};

const parseOnBehalfOf = (text: string | undefined) => {
  if (text === undefined) {
    return undefined;
  }
  try {
    const parsed = commonFields.onBehalfOf.safeParse(JSON.parse(text));
    if (parsed.success) {
      return parsed.data;
    }
  } catch {
    // Answered below, as any other text that means nobody.
  }
  throw new Condition('INPUT_INVALID', 'The form does not have the fields that are asked for.', {
    errors: [{ pointer: '/onBehalfOf', message: 'must be {"customer":true} or {"personId":"…"} as JSON' }],
  });
};

const nameOf = async (
  { vault }: Services,
  tenant: string,
  ref: string | undefined,
  otherwise: string,
): Promise<string> => {
  const opened = ref === undefined ? undefined : (await openValues(vault, tenant, [ref])).get(ref);
  return opened && 'value' in opened && typeof opened.value === 'string' ? opened.value : otherwise;
};

// Never shown in place: a document is somebody else's content.
const bytesResponse = (
  c: Context<AppEnv>,
  bytes: Uint8Array<ArrayBufferLike>,
  { mediaType, name }: { mediaType: string; name: string },
): Response =>
  c.body(new Uint8Array(bytes), 200, {
    'content-type': mediaType,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    'content-security-policy': "default-src 'none'; sandbox",
  });

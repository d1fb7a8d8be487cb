import { type GeneratedBookOptions, generatePolicyBook } from './generated-policies.ts';
import { readMappingFile } from './http-mapping-file.ts';
import type { PartyPort } from './party.ts';
import { createPartyDouble } from './party-double.ts';
import { createHttpPartyPort, partyPortSpec } from './party-http.ts';
import { createPaymentDouble } from './payment-double.ts';
import { createHttpPaymentPort, paymentPortSpec } from './payment-http.ts';
import type { OpenPayee, PaymentPort } from './payment-port.ts';
import type { PolicyPort } from './policy.ts';
import { createPolicyDouble } from './policy-double.ts';
import { createHttpPolicyPort, policyPortSpec } from './policy-http.ts';

/** A port over HTTP: path of its mapping file, and where its secret is looked up (default: this process's). */
export interface MappedPort {
  mappingFile: string;
  env?: NodeJS.ProcessEnv;
}

/** The `policy` port: the insurer's system, or made-up policies. @throws MappingError */
export const createPolicyPort = (source: MappedPort | { generated: GeneratedBookOptions }): PolicyPort =>
  'generated' in source
    ? createPolicyDouble(generatePolicyBook(source.generated).policies)
    : createHttpPolicyPort(readMappingFile(source.mappingFile, policyPortSpec, source.env ?? process.env));

/** The `party` port: the insurer's register, or the parties of the made-up policies. @throws MappingError */
export const createPartyPort = (source: MappedPort | { generated: GeneratedBookOptions }): PartyPort =>
  'generated' in source
    ? createPartyDouble(generatePolicyBook(source.generated).parties)
    : createHttpPartyPort(readMappingFile(source.mappingFile, partyPortSpec, source.env ?? process.env));

/** The `payment` port: a paying system, or a bank in this process that keeps its books in a file. @throws MappingError */
export const createPaymentPort = (
  source: MappedPort | { booksFile: string },
  openPayee: OpenPayee,
): PaymentPort =>
  'booksFile' in source
    ? createPaymentDouble(openPayee, { file: source.booksFile })
    : createHttpPaymentPort(
        readMappingFile(source.mappingFile, paymentPortSpec, source.env ?? process.env),
        openPayee,
      );

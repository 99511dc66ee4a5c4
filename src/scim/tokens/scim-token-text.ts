import { hasChecksum, randomTokenWithChecksum } from '../../platform/crypto/checksummed-token.js';
import { Secret } from '../../platform/crypto/secret.js';

const PREFIX = 'scim-gh-';

/** 43 digits for 256 random bits, and the six of the checksum. Anchored here; a scanner leaves the anchors out. */
const shape = /^scim-gh-[0-9A-Za-z]{49}$/;

export const issueScimToken = (): Secret => Secret.of(randomTokenWithChecksum(PREFIX, 32));

/** Whether it is worth looking for. */
export const isScimToken = (text: string): boolean => shape.test(text) && hasChecksum(text);

/** What a list shows in place of a token: the start and the last four. */
export const displayOf = (token: Secret): string => `${PREFIX}…${token.reveal().slice(-4)}`;

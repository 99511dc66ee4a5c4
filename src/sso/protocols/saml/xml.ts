// @ts-expect-error -- by a path that has no types: those of the package would make the whole browser known to the compiler
import { DOMParser } from '@xmldom/xmldom/lib/dom-parser.js';
import { refusedUnparsed, withoutDeclaration } from './xml-guard.js';

/** The part of the DOM that we read. It is the parser of the libraries beneath: what they verify is what we see. */
interface XmlNode {
  readonly nodeType: number;
}

export interface XmlElement extends XmlNode {
  readonly localName: string;
  readonly namespaceURI: string | null;
  readonly attributes: ArrayLike<{ readonly localName: string; readonly name: string; readonly value: string }>;
  readonly childNodes: ArrayLike<XmlNode>;
  /** All text beneath, over the heads of comments: whoever puts one into a name does not cut it short (CVE-2017-11427). */
  readonly textContent: string;
  hasAttribute(name: string): boolean;
  getAttribute(name: string): string;
  /** The element as XML, with the namespaces that it needs. */
  toString(): string;
}

interface Handlers {
  readonly warning: (message: string) => void;
  readonly error: (message: string) => void;
  readonly fatalError: (message: string) => void;
}

type Parser = new (options: { readonly errorHandler: Handlers }) => {
  parseFromString(xml: string, type: 'text/xml'): { readonly documentElement: XmlElement | null };
};

/** XML that is not read. The message goes after "it has", and repeats nothing of what is in there. */
export class UnreadableXml extends Error {
  override readonly name = 'UnreadableXml';
}

export interface XmlDocument {
  /** As it was parsed: without the declaration, and with simple line ends. */
  readonly xml: string;
  readonly root: XmlElement;
}

/**
 * Parses what a stranger wrote. Nothing that is named in there is ever fetched.
 * @throws UnreadableXml
 */
export function parseXml(text: string): XmlDocument {
  const xml = withoutDeclaration(text);
  if (xml === null) throw new UnreadableXml('another encoding than UTF-8');
  const problem = refusedUnparsed(xml);
  if (problem !== null) throw new UnreadableXml(problem);
  const root = rootOf(xml);
  if (!root) throw new UnreadableXml('no element');
  return { xml, root };
}

function rootOf(xml: string): XmlElement | null {
  const refuse = () => {
    throw new UnreadableXml('mistakes in its XML');
  };
  const parser = new (DOMParser as Parser)({ errorHandler: { warning: refuse, error: refuse, fatalError: refuse } });
  try {
    return parser.parseFromString(xml, 'text/xml').documentElement;
  } catch (error) {
    throw error instanceof UnreadableXml ? error : new UnreadableXml('mistakes in its XML', { cause: error });
  }
}

export function childrenOf(element: XmlElement): XmlElement[] {
  return Array.from(element.childNodes).filter(isElement);
}

/** All elements beneath, in their order in the document. */
export function elementsIn(element: XmlElement): XmlElement[] {
  return childrenOf(element).flatMap((child) => [child, ...elementsIn(child)]);
}

export function isNamed(element: XmlElement, namespace: string, name: string): boolean {
  return element.localName === name && element.namespaceURI === namespace;
}

export function childrenNamed(element: XmlElement, namespace: string, name: string): XmlElement[] {
  return childrenOf(element).filter((child) => isNamed(child, namespace, name));
}

/** The one child of that name; null where there is none, or several. */
export function onlyChild(element: XmlElement, namespace: string, name: string): XmlElement | null {
  const [first, second] = childrenNamed(element, namespace, name);
  return second === undefined ? (first ?? null) : null;
}

export function attributeOf(element: XmlElement, name: string): string | null {
  return element.hasAttribute(name) ? element.getAttribute(name) : null;
}

function isElement(node: XmlNode): node is XmlElement {
  return node.nodeType === 1;
}

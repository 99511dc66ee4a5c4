import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { DEFAULT_PAGE, MAX_PAGE } from './connection.js';

/** A list that has no pages is short; of so many things it is taken to be. */
const SHORT_LIST = 5;

/** An operation of a document that is valid, and the values that its variables have when it is executed. */
interface Asked {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * How many values the answer to an operation holds at most: each field of each thing of each list, whose pages are as full
 * as `first` lets them be. Whether `first` is written in the document, comes as a variable or is left out makes no difference.
 */
export function mostValuesOf(schema: GraphQLSchema, asked: Asked): number {
  const root = schema.getRootType(asked.operation.operation);
  return root ? new Answer(schema, asked).sizeOf(asked.operation.selectionSet, root, SHORT_LIST) : 0;
}

class Answer {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** A fragment may be spread in many places, and in fragments that are: each is counted once for each size of page. */
  private readonly counted = new Map<string, number>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly asked: Asked,
  ) {
    const fragments = asked.document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  }

  /** @param page how many things each list among the selected fields has */
  sizeOf({ selections }: SelectionSetNode, type: GraphQLNamedType, page: number): number {
    let size = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) size += this.sizeOfField(selection, type, page);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) size += this.sizeOfFragment(selection.name.value, page);
      else
        size += this.sizeOf(selection.selectionSet, this.typeNamed(selection.typeCondition?.name.value) ?? type, page);
    }
    return size;
  }

  private sizeOfField(node: FieldNode, parent: GraphQLNamedType, page: number): number {
    // What a type is called is no more than a word; who may ask for the whole schema is a developer on their own machine.
    const field = isObjectType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (!field) return 1;
    const type = getNamedType(field.type);
    if (!node.selectionSet || !isCompositeType(type)) return 1;
    const times = isListType(getNullableType(field.type)) ? page : 1;
    return times * (1 + this.sizeOf(node.selectionSet, type, this.pageOf(node, field)));
  }

  private sizeOfFragment(name: string, page: number): number {
    const place = `${name} ${page}`;
    const known = this.counted.get(place);
    if (known !== undefined) return known;
    const fragment = this.fragments.get(name);
    const type = this.typeNamed(fragment?.typeCondition.name.value);
    const size = fragment && type ? this.sizeOf(fragment.selectionSet, type, page) : 0;
    this.counted.set(place, size);
    return size;
  }

  /** What is no size of a page, the list itself refuses. */
  private pageOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    if (!field.args.some(({ name }) => name === 'first')) return SHORT_LIST;
    const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    const first = given && valueFromASTUntyped(given, this.asked.variables);
    return typeof first === 'number' ? Math.min(Math.max(first, 1), MAX_PAGE) : DEFAULT_PAGE;
  }

  private typeNamed(name = ''): GraphQLNamedType | undefined {
    return this.schema.getType(name);
  }
}

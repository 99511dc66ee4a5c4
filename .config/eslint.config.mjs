import tseslint from 'typescript-eslint';

const onlyOneClient = 'Outbound requests go through OutboundHttp in platform/http, which refuses private addresses.';

const onlyInOutbound = { name: 'undici', message: onlyOneClient };
const onlyInCrypto = {
  name: 'node:crypto',
  message: 'Hashes, comparisons, randomness and encryption are made in platform/crypto.',
};
const onlyInBatchedReads = {
  name: 'dataloader',
  message: 'A batch must not read in the transaction of another caller: use BatchedReads in platform/database.',
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: new URL('..', import.meta.url).pathname },
    },
    rules: {
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_$' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // GraphQL types, DTOs and entities are classes for their decorators; values of their shape are all that is wanted.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/consistent-type-imports': 'off', // decorators need the value import of what they inject
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/**/*.spec.ts', 'src/platform/http/outbound*.ts'],
    rules: { 'no-restricted-globals': ['error', { name: 'fetch', message: onlyOneClient }] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/platform/config/**', 'src/main.ts', 'src/**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Configuration is read once, in platform/config.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/**/*.spec.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [onlyInCrypto, onlyInOutbound, onlyInBatchedReads] }] },
  },
  {
    files: ['src/platform/crypto/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [onlyInOutbound, onlyInBatchedReads] }] },
  },
  {
    files: ['src/platform/http/outbound*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [onlyInCrypto, onlyInBatchedReads] }] },
  },
  {
    files: ['src/platform/database/batched-reads.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [onlyInCrypto, onlyInOutbound] }] },
  },
  {
    files: ['test/**/*.ts', '**/*.spec.ts', 'demo/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
);

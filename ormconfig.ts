import { createDataSource } from './src/platform/database/data-source.js';

/**
 * The data source of the TypeORM command line, which does not read TypeScript by itself:
 *
 *   DATABASE_URL=postgres://… npx tsx node_modules/typeorm/cli.js migration:show --dataSource ormconfig.ts
 *
 * It knows the migrations and no entities: Gatehouse's migrations are written by hand.
 */
const url = process.env.DATABASE_URL;
if (!url) throw new Error('DATABASE_URL: expected the address of the database whose migrations are meant');

export default createDataSource(url);

/** What an entity holds, as plain data: to be spread and copied without the class that names its columns. */
export type Row<Entity> = { [Column in keyof Entity]: Entity[Column] };

package dev.kappa.table;

import dev.kappa.experiment.Table;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/** Hands the rows of a table to a Parquet writer, value by value; what is missing is left out. */
final class Rows extends WriteSupport<List<Object>> {
    private final Table table;
    private final List<ColumnType> types;
    private RecordConsumer consumer;

    Rows(Table table, List<ColumnType> types) {
        this.table = table;
        this.types = types;
    }

    @Override
    public WriteContext init(Configuration configuration) {
        return new WriteContext(Parquet.schema(table, types), Map.of("title", table.title()));
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
        consumer = recordConsumer;
    }

    @Override
    public void write(List<Object> row) {
        consumer.startMessage();
        for (int column = 0; column < types.size(); column++) {
            if (row.get(column) != null) {
                consumer.startField(table.columns().get(column), column);
                add(types.get(column), row.get(column));
                consumer.endField(table.columns().get(column), column);
            }
        }
        consumer.endMessage();
    }

    private void add(ColumnType type, Object value) {
        switch (type) {
            case BOOLEAN -> consumer.addBoolean((Boolean) value);
            case INTEGER -> consumer.addLong(((Number) value).longValue());
            case DOUBLE -> consumer.addDouble(ColumnType.number(value));
            case TEXT -> consumer.addBinary(Binary.fromString(value.toString()));
        }
    }
}

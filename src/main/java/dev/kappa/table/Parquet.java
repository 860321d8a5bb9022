package dev.kappa.table;

import dev.kappa.experiment.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * Tables as Apache Parquet: one row group, every column optional, booleans, 64-bit integers, doubles (NaN and
 * infinities as such) and UTF-8 strings. Not compressed: the codecs bring native libraries, and tables are small.
 */
public final class Parquet {
    private Parquet() {}

    public static byte[] of(Table table) {
        List<ColumnType> types = new ArrayList<>();
        for (int column = 0; column < table.columns().size(); column++) {
            types.add(ColumnType.of(table, column));
        }
        Memory memory = new Memory();
        try (ParquetWriter<List<Object>> writer = new Builder(memory, new Rows(table, types))
                .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                .build()) {
            for (List<Object> row : table.rows()) {
                writer.write(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail to be written", e);
        }
        return memory.bytes.toByteArray();
    }

    static MessageType schema(Table table, List<ColumnType> types) {
        List<Type> fields = new ArrayList<>();
        for (int column = 0; column < types.size(); column++) {
            fields.add(field(table.columns().get(column), types.get(column)));
        }
        return new MessageType(table.name(), fields);
    }

    private static Type field(String name, ColumnType type) {
        return switch (type) {
            case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN).named(name);
            case INTEGER -> Types.optional(PrimitiveTypeName.INT64).named(name);
            case DOUBLE -> Types.optional(PrimitiveTypeName.DOUBLE).named(name);
            case TEXT -> Types.optional(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named(name);
        };
    }

    private static final class Builder extends ParquetWriter.Builder<List<Object>, Builder> {
        private final Rows rows;

        private Builder(OutputFile file, Rows rows) {
            super(file);
            this.rows = rows;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<List<Object>> getWriteSupport(Configuration configuration) {
            return rows;
        }
    }

    private static final class Memory implements OutputFile {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new PositionOutputStream() {
                @Override
                public long getPos() {
                    return bytes.size();
                }

                @Override
                public void write(int b) {
                    bytes.write(b);
                }

                @Override
                public void write(byte[] from, int offset, int length) {
                    bytes.write(from, offset, length);
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return create(blockSizeHint);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }
}

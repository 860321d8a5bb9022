import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;

/**
 * Unpacks every native library and the Postgres programs while an image is built, by loading each once, so that
 * no start of the server has to: {@code DJL_OFFLINE=true java -cp 'lib/*' Unpack.java native}. {@code launch} names the folders
 * below {@code native} to the server.
 */
final class Unpack {
    private static final String JNA = "com/sun/jna/linux-x86-64/libjnidispatch.so";

    public static void main(String[] arguments) throws Exception {
        Path target = Path.of(arguments[0]).toAbsolutePath();
        jna(Files.createDirectories(target.resolve("jna")));
        openblas(Files.createDirectories(target.resolve("openblas")));
        postgres(Files.createDirectories(target.resolve("postgres")));
        System.setProperty("DJL_CACHE_DIR", target.resolve("djl").toString());
        LibUtils.checkStatus();
        System.out.println("Unpacked; PyTorch is " + Engine.getEngine("PyTorch").getVersion());
    }

    /** DJL asks through it for the memory of a GPU. */
    private static void jna(Path target) throws Exception {
        try (InputStream library = Unpack.class.getClassLoader().getResourceAsStream(JNA)) {
            Files.copy(library, target.resolve("libjnidispatch.so"));
        }
    }

    /** JavaCPP takes no cache that it cannot write to, but it finds libraries on a path: all in one folder. */
    private static void openblas(Path target) throws Exception {
        Path cache = Files.createTempDirectory("javacpp");
        System.setProperty("org.bytedeco.javacpp.cachedir", cache.toString());
        Loader.load(openblas.class);
        try (Stream<Path> found = Files.walk(cache)) {
            List<Path> libraries = found.filter(path -> path.getFileName().toString().contains(".so")).toList();
            for (Path library : libraries) {
                Files.copy(library, target.resolve(library.getFileName()), LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private static void postgres(Path target) throws Exception {
        EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(target.toFile())
                .setDataDirectory(Files.createTempDirectory("postgres").resolve("data"))
                .start()
                .close();
    }
}

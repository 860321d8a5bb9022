package dev.kappa.page;

import dev.kappa.fault.Fault;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import org.apache.tomcat.util.http.fileupload.FileItemIterator;
import org.apache.tomcat.util.http.fileupload.FileItemStream;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.servlet.ServletRequestContext;

/** The file of a form that has nothing else, read as it comes: it lies nowhere in between. */
final class FormFile {
    private FormFile() {}

    /**
     * @param field name of the input
     * @param mostBytes of the whole form; an IOException of Tomcat's where it is longer, or no form
     */
    static InputStream open(HttpServletRequest request, String field, long mostBytes) throws IOException {
        FileUpload upload = new FileUpload();
        upload.setSizeMax(mostBytes);
        FileItemIterator parts = upload.getItemIterator(new ServletRequestContext(request));
        FileItemStream first = parts.hasNext() ? parts.next() : null;
        if (first == null || !field.equals(first.getFieldName())) {
            throw Fault.user("missing", "the form does not begin with a file '" + field + "'");
        }
        return first.openStream();
    }
}

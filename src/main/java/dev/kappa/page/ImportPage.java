package dev.kappa.page;

import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import dev.kappa.limits.Limits;
import dev.kappa.run.Conflict;
import dev.kappa.transfer.Imports;
import dev.kappa.transfer.TooLarge;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.apache.tomcat.util.http.fileupload.MultipartStream.MalformedStreamException;
import org.apache.tomcat.util.http.fileupload.impl.FileUploadIOException;
import org.apache.tomcat.util.http.fileupload.impl.SizeException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.ModelAndView;

/** A form that takes a run from a zip, as another server gave it. */
@Controller
@RequestMapping("/runs/import")
class ImportPage {
    private final Imports imports;
    private final long mostBytes;

    ImportPage(Imports imports, Limits limits) {
        this.imports = imports;
        this.mostBytes = limits.importBytes().toBytes();
    }

    /** Why an archive was not taken. */
    record Refused(String code, String detail) {}

    @GetMapping
    ModelAndView form() {
        return page(HttpStatus.OK, null);
    }

    /** Leads to the run, which may have been here before. */
    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    ModelAndView read(HttpServletRequest request) throws IOException {
        try {
            String id = imports.read(FormFile.open(request, "archive", mostBytes)).run().id();
            return new ModelAndView("redirect:/runs/" + id);
        } catch (TooLarge e) {
            return refused(request, HttpStatus.CONTENT_TOO_LARGE, "too_large", e.getMessage());
        } catch (SizeException | FileUploadIOException e) {
            String detail = "the form is longer than the " + mostBytes + " bytes that are accepted";
            return refused(request, HttpStatus.CONTENT_TOO_LARGE, "too_large", detail);
        } catch (FileUploadException | MalformedStreamException e) {
            String detail = "the form cannot be read: " + e.getMessage();
            return page(HttpStatus.BAD_REQUEST, new Refused("malformed_request", detail));
        } catch (Conflict e) {
            return refused(request, HttpStatus.CONFLICT, e.code(), e.getMessage());
        } catch (Fault e) {
            if (e.category() != Category.USER) {
                throw e;
            }
            return refused(request, HttpStatus.UNPROCESSABLE_CONTENT, e.code(), e.getMessage());
        }
    }

    /** Reads what an archive may have: whoever is cut off while sending may never read why. */
    private ModelAndView refused(HttpServletRequest request, HttpStatus status, String code, String detail)
            throws IOException {
        request.getInputStream().skip(mostBytes);
        return page(status, new Refused(code, detail));
    }

    private ModelAndView page(HttpStatus status, Refused refused) {
        Map<String, Object> model = new HashMap<>();
        model.put("most", Numbers.bytes(mostBytes));
        model.put("refused", refused);
        return new ModelAndView("import", model, status);
    }
}

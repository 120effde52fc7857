"""The functions that the first dbx-patch documented, under the name of the module that had them."""

from dbx_patch.api import apply_all_patches as apply_all_patches
from dbx_patch.api import check_patch_status as check_patch_status
from dbx_patch.api import remove_all_patches as remove_all_patches
from dbx_patch.diagnosis.verify import verify_editable_installs as verify_editable_installs

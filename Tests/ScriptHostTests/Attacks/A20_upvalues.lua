-- A20: a function with more upvalues than it may have.
-- ends: load
-- says: too many upvalues
local function outer()
  local a0, a1, a2, a3, a4, a5, a6, a7, a8, a9
  local a10, a11, a12, a13, a14, a15, a16, a17, a18, a19
  local a20, a21, a22, a23, a24, a25, a26, a27, a28, a29
  local a30, a31, a32, a33, a34, a35, a36, a37, a38, a39
  local a40, a41, a42, a43, a44, a45, a46, a47, a48, a49
  local a50, a51, a52, a53, a54, a55, a56, a57, a58, a59
  local a60, a61, a62, a63, a64, a65, a66, a67, a68, a69
  local a70, a71, a72, a73, a74, a75, a76, a77, a78, a79
  local a80, a81, a82, a83, a84, a85, a86, a87, a88, a89
  local a90, a91, a92, a93, a94, a95, a96, a97, a98, a99
  local a100, a101, a102, a103, a104, a105, a106, a107, a108, a109
  local a110, a111, a112, a113, a114, a115, a116, a117, a118, a119
  local a120, a121, a122, a123, a124, a125, a126, a127, a128, a129
  local a130, a131, a132, a133, a134, a135, a136, a137, a138, a139
  local a140, a141, a142, a143, a144, a145, a146, a147, a148, a149
  local a150, a151, a152, a153, a154, a155, a156, a157, a158, a159
  local a160, a161, a162, a163, a164, a165, a166, a167, a168, a169
  local a170, a171, a172, a173, a174, a175, a176, a177, a178, a179
  local a180, a181, a182, a183, a184, a185, a186, a187, a188, a189
  local function middle()
    local b0, b1, b2, b3, b4, b5, b6, b7, b8, b9
    local b10, b11, b12, b13, b14, b15, b16, b17, b18, b19
    local b20, b21, b22, b23, b24, b25, b26, b27, b28, b29
    local b30, b31, b32, b33, b34, b35, b36, b37, b38, b39
    local b40, b41, b42, b43, b44, b45, b46, b47, b48, b49
    local b50, b51, b52, b53, b54, b55, b56, b57, b58, b59
    local b60, b61, b62, b63, b64, b65, b66, b67, b68, b69
    local b70, b71, b72, b73, b74, b75, b76, b77, b78, b79
    local b80, b81, b82, b83, b84, b85, b86, b87, b88, b89
    local b90, b91, b92, b93, b94, b95, b96, b97, b98, b99
    return function()
      if a0 and a1 and a2 and a3 and a4 and a5 and a6 and a7 and a8 and a9 then end
      if a10 and a11 and a12 and a13 and a14 and a15 and a16 and a17 and a18 and a19 then end
      if a20 and a21 and a22 and a23 and a24 and a25 and a26 and a27 and a28 and a29 then end
      if a30 and a31 and a32 and a33 and a34 and a35 and a36 and a37 and a38 and a39 then end
      if a40 and a41 and a42 and a43 and a44 and a45 and a46 and a47 and a48 and a49 then end
      if a50 and a51 and a52 and a53 and a54 and a55 and a56 and a57 and a58 and a59 then end
      if a60 and a61 and a62 and a63 and a64 and a65 and a66 and a67 and a68 and a69 then end
      if a70 and a71 and a72 and a73 and a74 and a75 and a76 and a77 and a78 and a79 then end
      if a80 and a81 and a82 and a83 and a84 and a85 and a86 and a87 and a88 and a89 then end
      if a90 and a91 and a92 and a93 and a94 and a95 and a96 and a97 and a98 and a99 then end
      if a100 and a101 and a102 and a103 and a104 and a105 and a106 and a107 and a108 and a109 then end
      if a110 and a111 and a112 and a113 and a114 and a115 and a116 and a117 and a118 and a119 then end
      if a120 and a121 and a122 and a123 and a124 and a125 and a126 and a127 and a128 and a129 then end
      if a130 and a131 and a132 and a133 and a134 and a135 and a136 and a137 and a138 and a139 then end
      if a140 and a141 and a142 and a143 and a144 and a145 and a146 and a147 and a148 and a149 then end
      if a150 and a151 and a152 and a153 and a154 and a155 and a156 and a157 and a158 and a159 then end
      if a160 and a161 and a162 and a163 and a164 and a165 and a166 and a167 and a168 and a169 then end
      if a170 and a171 and a172 and a173 and a174 and a175 and a176 and a177 and a178 and a179 then end
      if a180 and a181 and a182 and a183 and a184 and a185 and a186 and a187 and a188 and a189 then end
      if b0 and b1 and b2 and b3 and b4 and b5 and b6 and b7 and b8 and b9 then end
      if b10 and b11 and b12 and b13 and b14 and b15 and b16 and b17 and b18 and b19 then end
      if b20 and b21 and b22 and b23 and b24 and b25 and b26 and b27 and b28 and b29 then end
      if b30 and b31 and b32 and b33 and b34 and b35 and b36 and b37 and b38 and b39 then end
      if b40 and b41 and b42 and b43 and b44 and b45 and b46 and b47 and b48 and b49 then end
      if b50 and b51 and b52 and b53 and b54 and b55 and b56 and b57 and b58 and b59 then end
      if b60 and b61 and b62 and b63 and b64 and b65 and b66 and b67 and b68 and b69 then end
      if b70 and b71 and b72 and b73 and b74 and b75 and b76 and b77 and b78 and b79 then end
      if b80 and b81 and b82 and b83 and b84 and b85 and b86 and b87 and b88 and b89 then end
      if b90 and b91 and b92 and b93 and b94 and b95 and b96 and b97 and b98 and b99 then end
    end
  end
end
